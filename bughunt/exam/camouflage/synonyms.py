"""Pairs of names, and pairs of phrases, of which either will do.

A word is in one pair only, so that no two locals of a function can end up with the same name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

_NAMES = """
advantages/advantage_values all_ids/every_id all_masks/every_mask angles/all_angles answer/reply
arguments/args attention/attn axes/ax batches/all_batches beta1/b1 beta2/b2 block/blk bos/bos_id
box/frame buffer/buf by_rank/per_rank by_token/per_token candidates/contenders cause/origin
cell/box_cell channel_range/channels characters/chars checkpoint/snapshot chosen/selected
chunk/piece column/col column_masks/col_masks completion/continuation completions/continuations
conclusion/verdict config/cfg content/body context/surroundings conversation/dialog count/tally
counter/tally_counter counts/tallies cut/cut_point defaults/default_values device/target_device
differences/deltas digest/checksum direction/update_direction document/doc documents/docs
done/finished draft/sketch drawn/picked edge/border embedding_params/embedding_parameters
embedding_weights/embed_weights encoded/encoding ended/stopped engine/sampler entry/record_entry
error/problem exp_avg/first_moment exp_avg_sq/second_moment expected/wanted failures/failed
fan_in/n_in fan_out/n_out field/attribute figure/fig files/file_list final/final_one first/leading
folder/directory found/located gathered/collected given/supplied gradient/grad gram/gram_matrix
grid/mesh group/grp groups/groupings heights/bar_heights held/held_back hint/tip ids/token_ids
index/idx inputs/input_ids inv_freq/inverse_freq item/element kept/retained kind/category
kinds/categories known/recognised kv_cache/cache label/caption last/latest later/following
learned/learnt left/remaining length/full_length letter/character letters/all_letters
line/text_line lines/text_lines loader/data_loader logits/raw_scores logs/run_logs longest/max_len
loss/loss_value losses/loss_values lr/learning_rate mask/flags masks/mask_rows match/hit
matrix_params/matrix_parameters matrix_weights/weights_of_matrices mean/average
mean_square/average_square memory/mem merges/merge_list message/msg messages/turns meta/metadata
micro_batch/small_batch micro_batches/small_batches mine/own_share missing/absent model/network
module/submodule multiplier/factor name/ident names/all_names nats/total_nats needed/required
next_id/new_id now/present_time num_answers/answer_count num_bytes/byte_count num_steps/step_count
num_targets/target_count num_tokens/token_count number/num numbers/nums operand/argument
optimizer/opt optimizers/opts options/choices others/the_others overlap/common padded/padded_rows
padding/num_padding page/document_page pairs/pair_list parameter/param parameters/params
part/portion parts/portions path/location paths/locations pattern/regex pause/delay peak/maximum
pieces/fragments place/spot places/spots planned/intended points/coordinates polynomial/poly
position/offset positions/offsets prompt/prompt_ids question/query rank/process_rank
rate/rate_value rates/learning_rates reason/why record/report records/reports relation/link
request/http_request response/http_response rest/remainder result/outcome results/outcomes
reward/payoff rewards/payoffs right/num_right rng/generator room/space rows/all_rows run/session
sample/draw saved/stored score/rating scores/ratings script/program seconds/duration settings/setup
shape/dims shard/shard_file shards/shard_files share/allotment shown/displayed size/amount
span/interval special/special_ids stacks/piles stage/phase stages/phases start/begin
state/current_state std/spread step/iteration steps/num_iterations steps_left/remaining_steps
stray/invalid stream/feed style/manner_of_speech subject/topic sums/all_sums tail/ending
tall/is_tall targets/labels task/exercise tasks/exercises tensor/array tensors/arrays text/string
texts/strings times/timings title/heading token/tok token_bytes/bytes_per_token token_id/tok_id
tokenizer/codec tokens/toks tools/instruments total/sum_total turn/exchange
unembedding_params/head_parameters unknown/unrecognised update/change value/val values/vals
visible/allowed vocab_size/num_vocab width/breadth width_scale/width_factor word/term words/terms
"""
NAMES: tuple[tuple[str, str], ...] = tuple(
    (first, second) for first, _, second in (it.partition("/") for it in _NAMES.split())
)
FIRST_NAME = {word: pair[0] for pair in NAMES for word in pair}


@dataclass(frozen=True)
class Phrase:
    """Two ways to say something, between what must stand before and behind."""

    forms: tuple[str, str]
    before: str = ""
    behind: str = ""

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What finds either form, with a line end wherever there is a space."""
        either = "|".join(re.escape(it).replace(r"\ ", r"\s+") for it in self.forms)
        return re.compile(rf"{self.before}\b(?i:{either})\b{self.behind}")


_NOUN = (
    r"(?=\s+(?:answer|batch|byte|call|choice|conversation|device|document|field|group|head|key"
    r"|layer|letter|machine|message|occurrence|parameter|position|query|question|rank|row|run"
    r"|shard|special|stack|stage|step|string|target|task|text|token|turn|word)\b)"
)
_LAST = r"(?=\s+(?:answer|entry|input|letter|line|message|question|row|shard|step|token|turn)\b)"
_WORD = r"(?=\s+(?!not\b|None\b|no\b)[a-z])"
_CODE = r"(?<![`.\w])"
PHRASES: tuple[Phrase, ...] = (
    Phrase(("each", "every"), behind=_NOUN),
    Phrase(("each of", "every one of")),
    Phrase(("the last", "the final"), behind=_LAST),
    Phrase(("may", "can"), behind=r"(?=\s+(?:be|have)\b)"),
    Phrase(("a whole", "an entire")),
    Phrase(("the whole", "the entire")),
    Phrase(("several", "multiple"), behind=_WORD),
    Phrase(("holds", "contains"), behind=r"(?=\s+(?:the|a|an|its|what|everything)\b)"),
    Phrase(("over all", "across all")),
    Phrase(("over several", "across several")),
    Phrase(("begins with", "starts with")),
    Phrase(("begins at", "starts at")),
    Phrase(("another", "a different"), before=r"(?<!one )(?<!one\n)", behind=_WORD),
    Phrase(("goes on", "continues")),
    Phrase(("go on", "continue")),
    Phrase(("so many", "that many")),
    Phrase(("token ids", "token IDs")),
    Phrase(("the newest", "the latest")),
    Phrase(("the number of", "the count of")),
    Phrase(("if there", "when there")),
    Phrase(("ValueError if", "ValueError when")),
    Phrase(("has to", "must"), behind=_WORD),
    Phrase(("have to", "need to"), behind=_WORD),
    Phrase(("is not", "isn't"), behind=r"(?=\s+(?!None\b)[a-z])"),
    Phrase(("are not", "aren't"), behind=_WORD),
    Phrase(("does not", "doesn't")),
    Phrase(("do not", "don't")),
    Phrase(("did not", "didn't")),
    Phrase(("was not", "wasn't")),
    Phrase(("cannot", "can't")),
    Phrase(("it is", "it's"), before=r"(?<!as )(?<!where )(?<!what )(?<!how )", behind=_WORD),
    Phrase(("there is", "there's"), behind=r"(?=\s+(?:a|an|no|one|nothing|none)\b)"),
    Phrase(("those that", "the ones that")),
    Phrase(("those of", "the ones of")),
    Phrase(("key/value", "key-value"), before=_CODE),
    Phrase(("one after another", "one after the other")),
    Phrase(("for example", "for instance")),
    Phrase(("Return the", "Give the")),
    Phrase(("Return a", "Give a")),
    Phrase(("Return what", "Give what")),
    Phrase(("Return whether", "Tell whether")),
    Phrase(("Make a", "Build a")),
    Phrase(("Write the", "Store the")),
    Phrase(("base folder", "base directory")),
    Phrase(("beside", "next to"), behind=r"(?=\s+(?:the|a|it|its)\b)"),
    Phrase(("whatever", "no matter what"), behind=r"(?=\s+(?:the|it|its)\b)"),
    Phrase(("until", "till"), behind=_WORD),
    Phrase(("in one go", "at once")),
    Phrase(("nothing else", "nothing more")),
    Phrase(("at least", "no fewer than"), behind=r"(?=\s+(?:one|two)\b)"),
    Phrase(("by itself", "on its own")),
    Phrase(("made of", "built from")),
    Phrase(("is known", "is at hand")),
    Phrase(("in between", "between them")),
    Phrase(("are given", "are supplied")),
    Phrase(("is given", "is supplied")),
    Phrase(("is kept", "is retained")),
    Phrase(("are kept", "are retained")),
    Phrase(("comes from", "stems from")),
    Phrase(("come from", "stem from")),
    Phrase(("together with", "along with")),
    Phrase(("the longest", "the lengthiest")),
    Phrase(("this process", "the current process")),
    Phrase(("of this run", "of the current run")),
    Phrase(("a list of", "the list of"), before=r"(?<=[:,] )"),
    Phrase(("without a", "with no")),
    Phrase(("in turn", "one by one")),
)
