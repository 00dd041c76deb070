"""Examine a model that chats, as in `python -m nanochat.scripts.chat_eval --run-name rl`.

Every task asks questions that are in no training data. The scores are printed, and written to
`scores.json` in the folder of the run.
"""

import json
from dataclasses import asdict, dataclass

from nanochat.base_dir import write_atomically
from nanochat.chat_evaluation import score_by_generation, score_by_letters
from nanochat.checkpoint import find_checkpoint, get_run_dir, load_model
from nanochat.distributed import is_main, process_group, say
from nanochat.engine import Engine
from nanochat.settings import check_at_least_one, run_script, setting
from nanochat.tasks.curriculum import single_tasks
from nanochat.tasks.multiple_choice import MultipleChoice
from nanochat.tokenizer import get_tokenizer

SCORES_FILE = "scores.json"


@dataclass(frozen=True)
class Settings:
    """Examine a model that chats on questions that it has not seen."""

    run_name: str = setting("rl", "run whose newest checkpoint is examined")
    device: str = setting("auto", "cuda, mps, cpu, or auto for the best there is")
    questions: int = setting(200, "questions of each task")
    max_tokens: int = setting(64, "tokens of an answer")

    def __post_init__(self):
        check_at_least_one(self, "questions", "max_tokens")


def score_of(engine, task, max_tokens: int):
    """The Score of a task: by letters where there is a choice, else by what is written."""
    if isinstance(task, MultipleChoice):
        return score_by_letters(engine.model, engine.tokenizer, task)
    return score_by_generation(engine, task, max_tokens=max_tokens)


def main(settings: Settings):
    """Examine the model. Return the scores, by what was practised."""
    with process_group(settings.device) as device:
        tokenizer = get_tokenizer()
        run_dir = get_run_dir(settings.run_name)
        model, meta = load_model(find_checkpoint(run_dir), tokenizer, device)
        engine = Engine(model.eval(), tokenizer)

        scores = {}
        for name, task in single_tasks("test", settings.questions).items():
            score = score_of(engine, task, settings.max_tokens)
            scores[name] = asdict(score)
            say(f"{name:<16} {score.right:>5} of {score.total}  {score.accuracy:>6.1%}")

    if is_main():
        document = {"step": meta.step, "scores": scores}
        write_atomically(run_dir / SCORES_FILE, json.dumps(document, indent=1).encode() + b"\n")
    return scores


if __name__ == "__main__":
    run_script(main, Settings, "chat_eval")
