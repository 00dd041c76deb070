"""Fixes of bugs that are right and not what the clean code says, for the benchmark of grading.

For each bug: the file, the text that stands in the clean code, and one that does the same.
"""

from __future__ import annotations

OTHER_FIXES: dict[str, tuple[str, str, str]] = {
    "targets_not_shifted": (
        "nanochat/dataloader.py", "targets = tokens[1:]", "targets = tokens.roll(-1)[:-1]"
    ),
    "fine_tuning_mask_inverted": (
        "nanochat/sft.py",
        "targets[mask[:, 1:] == 0] = -1",
        "targets = torch.where(mask[:, 1:] != 0, targets, -1)",
    ),
    "bits_converted_the_wrong_way": (
        "nanochat/loss_eval.py",
        "return nats / (math.log(2) * num_bytes)",
        "return nats / math.log(2) / num_bytes",
    ),
    "completion_starts_outside_the_turn": (
        "nanochat/conversation.py",
        'return [*ids, tokenizer.encode_special("<|assistant_start|>")]',
        'return ids + [tokenizer.encode_special("<|assistant_start|>")]',
    ),
    "grouped_heads_condition_inverted": (
        "nanochat/gpt.py",
        "enable_gqa=self.n_head != self.n_kv_head",
        "enable_gqa=self.n_head // self.n_kv_head > 1",
    ),
    "last_step_not_always_due": (
        "nanochat/training.py",
        "return steps_done == num_steps or (every > 0 and steps_done % every == 0)",
        "if steps_done == num_steps:\n        return True\n"
        "    return every > 0 and not steps_done % every",
    ),
    "learning_rates_multiplied_again": (
        "nanochat/schedule.py",
        'group["lr"] = group["initial_lr"] * multiplier',
        'base = group["initial_lr"]\n            group["lr"] = multiplier * base',
    ),
    "warm_up_too_long": (
        "nanochat/schedule.py",
        "warmup_steps = round(warmup_ratio * num_steps)",
        "warmup_steps = int(round(num_steps * warmup_ratio))",
    ),
    "warm_down_runs_backwards": (
        "nanochat/schedule.py",
        "return final_fraction + (1 - final_fraction) * steps_left / warmdown_steps",
        "left = steps_left / warmdown_steps\n    return left + final_fraction * (1 - left)",
    ),
    "shares_padded_by_the_remainder": (
        "nanochat/optim.py",
        "return (ranks - count % ranks) % ranks",
        "return -(-count // ranks) * ranks - count",
    ),
    "tool_output_brackets_misplaced": (
        "nanochat/engine.py",
        "self.forced.extend([engine.output_start, *result_tokens, engine.output_end])",
        "self.forced.append(engine.output_start)\n"
        "            self.forced.extend(result_tokens)\n"
        "            self.forced.append(engine.output_end)",
    ),
    "zero_counts_as_no_result": (
        "nanochat/engine.py", "if result is not None:", "if not result is None or result == 0:"
    ),
    "advantages_centred_over_all_groups": (
        "nanochat/rl.py",
        "return rewards - rewards.mean(dim=1, keepdim=True)",
        "return rewards - rewards.mean(dim=1)[:, None]",
    ),
    "aspect_ratio_upside_down": (
        "nanochat/optim.py",
        "return max(1, rows / columns) ** 0.5",
        "return max(1.0, (rows / columns) ** 0.5)",
    ),
    "last_conversations_never_judged": (
        "nanochat/chat_evaluation.py",
        "mine = range(rank(), len(task), world_size())",
        "mine = [it for it in range(len(task)) if it % world_size() == rank()]",
    ),
    "newest_checkpoint_found_by_name": (
        "nanochat/checkpoint.py", "return found[max(found)]", "return sorted(found.items())[-1][1]"
    ),
    "momentum_lost_without_look_ahead": (
        "nanochat/optim.py",
        'return gradient.lerp(buffer, momentum) if group["nesterov"] else buffer',
        'if not group["nesterov"]:\n        return buffer\n'
        "    return gradient.lerp(buffer, momentum)",
    ),
    "rotary_wavelengths_compressed": (
        "nanochat/gpt.py",
        "inv_freq = 1.0 / (base ** (channel_range / head_dim))",
        "inv_freq = base ** (-channel_range / head_dim)",
    ),
    "stacked_matrices_share_one_norm": (
        "nanochat/optim.py",
        "matrices.norm(dim=(-2, -1), keepdim=True).clamp(min=1e-7)",
        "matrices.square().sum(dim=(-2, -1), keepdim=True).sqrt().clamp(min=1e-7)",
    ),
    "fans_exchanged": (
        "nanochat/gpt.py",
        "fan_out, fan_in = module.weight.shape",
        "fan_in, fan_out = module.in_features, module.out_features",
    ),
    "merged_tokens_spelled_backwards": (
        "rustbpe/vocabulary.py",
        "tokens.append(tokens[left] + tokens[right])",
        'tokens.append(b"".join((tokens[left], tokens[right])))',
    ),
    "mlp_input_starts_at_zero": (
        "nanochat/gpt.py",
        "nn.init.zeros_(block.mlp.c_proj.weight)",
        "nn.init.constant_(block.mlp.c_proj.weight, 0.0)",
    ),
}  # fmt: skip
