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
    "result_of_the_call_dropped": (
        "nanochat/tokenizer.py",
        "return self.encode(*args, **kwargs)",
        "ids = self.encode(*args, **kwargs)\n        return ids",
    ),
    "every_question_opens_a_document": (
        "nanochat/chat.py",
        '_, *ids = self.engine.tokenizer.render_for_completion({"messages": messages})\n'
        "        return ids",
        'return self.engine.tokenizer.render_for_completion({"messages": messages})[1:]',
    ),
    "whole_file_appended_to_its_part": (
        "nanochat/download.py",
        "_receive(response, partial, held if response.status == 206 else 0)",
        "if response.status != 206:\n                partial.unlink(missing_ok=True)\n"
        "            _receive(response, partial, _size(partial))",
    ),
    "more_candidates_than_tokens": (
        "nanochat/sampling.py",
        "if top_k:\n        k = min(top_k, logits.size(-1))",
        "if top_k and top_k < logits.size(-1):\n        k = top_k",
    ),
    "temperature_applied_twice": (
        "nanochat/sampling.py",
        "choice = torch.multinomial((scores / temperature).softmax(dim=-1), 1, generator=rng)",
        "upper = (scores / temperature).softmax(dim=-1).cumsum(dim=-1)\n"
        "        drawn = torch.rand(len(upper), 1, generator=rng, device=upper.device)\n"
        "        choice = torch.searchsorted(upper, drawn).clamp(max=k - 1)",
    ),
    "first_token_drawn_for_all_samples": (
        "nanochat/engine.py",
        "column, masks = self._advance(rows, column, sample(logits))",
        "sampled = [token for row in logits for token in sample(row[None])]\n"
        "            column, masks = self._advance(rows, column, sampled)",
    ),
    "conversations_lost_between_rows": (
        "nanochat/sft.py",
        "if len(ids) + len(more_ids) > self.T + 1:\n                return ids, mask\n"
        "            ids, mask = ids + more_ids, mask + more_mask\n"
        "            self.next_turn += 1",
        "self.next_turn += 1\n            if len(ids + more_ids) > self.T + 1:\n"
        "                self.next_turn -= 1\n                return ids, mask\n"
        "            ids, mask = ids + more_ids, mask + more_mask",
    ),
    "long_conversations_overflow_their_row": (
        "nanochat/sft.py",
        "ids, mask = self.tokenizer.render_conversation(conversation, max_tokens=self.T + 1)",
        "ids, mask = self.tokenizer.render_conversation(conversation)\n"
        "        ids, mask = ids[:self.T + 1], mask[:self.T + 1]",
    ),
    "batches_sized_for_a_single_rank": (
        "nanochat/training.py",
        "tokens = B * T * world_size()",
        "ranks = world_size()\n    tokens = ranks * T * B",
    ),
    "clipping_given_an_empty_generator": (
        "nanochat/training.py",
        "parameters = list(parameters)",
        "parameters = [it for it in parameters if it.requires_grad]",
    ),
    "advantages_of_the_first_rows_reused": (
        "nanochat/rl.py",
        "advantages[rows].to(device)))",
        "advantages[start:][:batch_size].to(device)))",
    ),
    "rollout_seeds_added_up": (
        "nanochat/rl.py",
        'return random.Random(f"rollout/{seed}/{step}/{rank}/{index}").getrandbits(63)',
        "return ((seed * 1_000_000 + step) * 1000 + rank) * 1000 + index",
    ),
    "every_rank_resumes_as_the_first": (
        "nanochat/checkpoint.py",
        'own = _read_tensors(checkpoint / f"rank_{rank()}.pt")',
        'mine = rank()\n    own = _read_tensors(checkpoint / f"rank_{mine}.pt")',
    ),
    "optimizers_given_each_others_matrices": (
        "nanochat/gpt.py",
        '{"params": unembedding_params, "lr": unembedding_lr * width_scale},\n'
        '                {"params": embedding_params, "lr": embedding_lr * width_scale},',
        '{"params": embedding_params, "lr": embedding_lr * width_scale},\n'
        '                {"params": unembedding_params, "lr": unembedding_lr * width_scale},',
    ),
    "positions_counted_in_half_precision": (
        "nanochat/gpt.py",
        "positions = torch.arange(seq_len, dtype=torch.float32, device=device)\n"
        "        angles = torch.outer(positions, inv_freq) ",
        "positions = torch.arange(seq_len, dtype=torch.float64, device=device)\n"
        "        angles = (positions[:, None] * inv_freq.double()).float() ",
    ),
    "tables_left_as_memory_was": (
        "nanochat/gpt.py",
        "        self.cos, self.sin = self._precompute_rotary_embeddings(\n"
        "            self.rotary_len, self.config.head_dim, device=self.get_device()\n        )\n\n"
        "    @staticmethod",
        "        tables = self._precompute_rotary_embeddings(\n"
        "            self.rotary_len, self.config.head_dim, device=self.get_device()\n        )\n"
        "        self.cos.copy_(tables[0])\n        self.sin.copy_(tables[1])\n\n"
        "    @staticmethod",
    ),
    "ranks_taken_for_equally_full": (
        "nanochat/loss_eval.py",
        "nats = sum_over_ranks(torch.tensor(nats, device=device))\n"
        "    weight = sum_over_ranks(torch.tensor(weight, device=device))\n"
        "    return nats.item(), weight.item()",
        "totals = sum_over_ranks(torch.tensor([nats, weight], device=device))\n"
        "    return totals[0].item(), totals[1].item()",
    ),
    "commas_taken_out_of_quotes": (
        "nanochat/calculator.py",
        "if \"'\" in expression or '\"' in expression:",
        "if any(quote in expression for quote in \"'\\\"\"):",
    ),
    "letter_read_one_token_early": (
        "nanochat/chat_evaluation.py",
        "logits = model(ids)[0, -1]  ",
        "logits = model(ids)[0, len(prompt) - 1]  ",
    ),
    "full_buffer_takes_both_limits": (
        "rustbpe/corpus.py",
        "if len(buffer) >= buffer_size or held >= BUFFER_BYTES:",
        "if len(buffer) >= buffer_size or 2 * held >= BUFFER_BYTES:",
    ),
    "weight_decay_left_out": (
        "nanochat/optim.py",
        'parameter.mul_(1 - group["lr"] * group["weight_decay"])',
        'parameter.sub_(parameter * (group["lr"] * group["weight_decay"]))',
    ),
    "right_choice_always_first": (
        "nanochat/tasks/multiple_choice.py",
        "choices = [right, *wrong]\n        rng.shuffle(choices)\n",
        "choices = [*wrong]\n        choices.insert(rng.randrange(4), right)\n",
    ),
    "held_out_pairs_depend_on_order": (
        "nanochat/held_out.py",
        'return is_held_out("pair", min(a, b), max(a, b))',
        'return is_held_out("pair", a + b, a * b)',
    ),
    "cache_memory_kept_and_overgrown": (
        "nanochat/engine.py",
        "else steps * self.growth_step\n",
        "else positions + self.growth_step // 2\n",
    ),
    "inputs_twice_as_wide": (
        "nanochat/dataloader.py",
        "inputs = tokens[:-1].to(torch.int32)",
        "inputs = tokens[:-1].int()",
    ),
    "resumed_place_used_in_every_row_group": (
        "nanochat/dataloader.py", "document, token = 0, 0", "document = token = 0"
    ),
    "bos_left_out": (
        "nanochat/tokenizer.py",
        "            ids = self.enc.encode_ordinary(text)\n            return [*head, *ids, *tail]",
        "            return head + self.enc.encode_ordinary(text) + tail",
    ),
    "text_may_spell_control_tokens": (
        "nanochat/tokenizer.py",
        "rows = self.enc.encode_ordinary_batch(text, num_threads=num_threads)",
        "rows = [self.enc.encode(it, disallowed_special=()) for it in text]",
    ),
    "streamed_tokens_decoded_one_by_one": (
        "nanochat/tokenizer.py",
        "return self.utf8.decode(self.tokenizer.id_to_bytes(token_id))",
        "spelled = self.tokenizer.id_to_bytes(token_id)\n"
        '        return "".join(self.utf8.decode(bytes([value])) for value in spelled)',
    ),
    "bytes_counted_after_decoding": (
        "nanochat/tokenizer.py",
        "return [len(token) for token in self.tokens] + [0] * len(self.special_ids)",
        "lengths = [len(token) for token in self.tokens]\n"
        "        return lengths + [0 for _ in self.special_ids]",
    ),
    "tool_output_is_learned": (
        "nanochat/conversation.py",
        'return [special("<|output_start|>"), *text, special("<|output_end|>")], 0',
        'ids = [special("<|output_start|>"), *text, special("<|output_end|>")]\n    return ids, 0',
    ),
    "conversations_cut_to_fill_rows": (
        "nanochat/sft.py",
        "if len(ids) + len(more_ids) > self.T + 1:",
        "if not len(ids) + len(more_ids) <= self.T + 1:",
    ),
    "ranks_read_each_others_conversations": (
        "nanochat/sft.py",
        "share = range(self.rank, len(self.task), self.world_size)",
        "share = [it for it in range(len(self.task)) if it % self.world_size == self.rank]",
    ),
    "micro_batch_gradients_not_averaged": (
        "nanochat/training.py",
        "num_targets = sum((targets != -1).sum() for _, targets, *_ in micro_batches)",
        "num_targets = torch.cat([it[1].flatten() for it in micro_batches]).ne(-1).sum()",
    ),
    "ranks_divide_by_their_own_targets": (
        "nanochat/training.py",
        "targets_per_rank = sum_over_ranks(num_targets).clamp(min=1) / world_size()",
        "targets_per_rank = mean_over_ranks(num_targets.float()).clamp(min=1 / world_size())",
    ),
    "each_rank_clips_for_itself": (
        "nanochat/training.py",
        "parameter.grad = mean_over_ranks(gradient_or_zeros(parameter))",
        "total = sum_over_ranks(gradient_or_zeros(parameter))\n"
        "            parameter.grad = total / world_size()",
    ),
    "padding_counted_in_evaluation": (
        "nanochat/loss_eval.py",
        "weights = torch.where(targets == -1, 0, token_weights[targets.clamp(min=0)])",
        "weights = token_weights[targets.clamp(min=0)] * (targets != -1)",
    ),
    "adamw_epsilon_grows_at_the_start": (
        "nanochat/optim.py",
        'mean_square = exp_avg_sq / (1 - beta2 ** state["step"])\n'
        '    return mean.div_(mean_square.sqrt_().add_(group["eps"]))',
        'unbiased = exp_avg_sq.sqrt() / (1 - beta2 ** state["step"]) ** 0.5\n'
        '    return mean / (unbiased + group["eps"])',
    ),
    "cache_position_advanced_too_early": (
        "nanochat/engine.py",
        "if layer_idx == self.num_layers - 1:",
        "if layer_idx + 1 == self.num_layers:",
    ),
    "cache_resized_in_place": (
        "nanochat/engine.py",
        "        grown = torch.zeros(shape, dtype=like.dtype, device=like.device)\n"
        "        if self.kv_cache is not None:\n"
        "            grown[:, :, :, :, :self.capacity] = self.kv_cache\n"
        "        self.kv_cache = grown",
        "        shape = (*shape[:4], capacity - self.capacity, self.head_dim)\n"
        "        grown = torch.zeros(shape, dtype=like.dtype, device=like.device)\n"
        "        held = [] if self.kv_cache is None else [self.kv_cache]\n"
        "        self.kv_cache = torch.cat([*held, grown], dim=4)",
    ),
    "end_token_left_out_of_answers": (
        "nanochat/engine.py",
        "ended[i] = ended[i] or token in self.end_tokens",
        "ended[i] |= token in self.end_tokens",
    ),
    "resumed_run_skips_a_step": (
        "nanochat/checkpoint.py",
        "return meta.step, loader_state, meta.metrics",
        "first = meta.step\n        return first, loader_state, meta.metrics",
    ),
    "cap_left_out_of_inference": (
        "nanochat/gpt.py",
        "logits = self.logit_cap * torch.tanh(logits / self.logit_cap)",
        "logits = self.logit_cap * (2 * torch.sigmoid(2 * logits / self.logit_cap) - 1)",
    ),
    "logits_left_in_the_models_precision": (
        "nanochat/gpt.py",
        "logits = self.lm_head(norm(x)).float() ",
        "logits = self.lm_head(norm(x)).to(torch.float32) ",
    ),
    "lookups_counted_as_products": (
        "nanochat/gpt.py",
        "matrix_weights = sum(p.numel() for p in self.parameters()) - embedding_weights",
        "matrix_weights = -embedding_weights + sum(float(p.numel()) for p in self.parameters())",
    ),
    "text_lost_at_each_full_buffer": (
        "rustbpe/corpus.py",
        "    for text in encoded:\n        buffer.append(text)\n        held += len(text)\n"
        "        if len(buffer) >= buffer_size or held >= BUFFER_BYTES:\n            break\n",
        "    while len(buffer) < buffer_size and held < BUFFER_BYTES:\n"
        "        text = next(encoded, None)\n        if text is None:\n            break\n"
        "        buffer.append(text)\n        held += len(text)\n",
    ),
    "pattern_of_the_training_forgotten": (
        "rustbpe/tokenizer.py",
        "self._vocabulary = Vocabulary(pattern, merges)",
        "self._vocabulary = Vocabulary(str(pattern), list(merges))",
    ),
    "vocabulary_cleared_before_training": (
        "rustbpe/tokenizer.py",
        "counter = Counter(pattern)\n        count_chunks(texts, counter, buffer_size)",
        "chunks = counter = Counter(pattern)\n"
        "        count_chunks(texts, chunks, buffer_size)",
    ),
    "single_bytes_not_counted": (
        "rustbpe/tokenizer.py",
        "counter.learn_merges(vocab_size - len(SINGLE_BYTES))",
        "counter.learn_merges(vocab_size - 256)",
    ),
    "numbers_learned_three_digits_at_a_time": (
        "rustbpe/vocabulary.py",
        "DEFAULT_PATTERN = gpt4_pattern(digits=2)",
        "DEFAULT_PATTERN = gpt4_pattern(digits=1 + 1)",
    ),
}  # fmt: skip
