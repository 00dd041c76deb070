"""Something to play with.

A tokenizer, a chat as a model sees it (what it is to learn in green), and what a model that knows
nothing yet attends to. `nanochat/looking.py` has more to look with: a cache over time, the
parameters and their optimizers, learning rates.
"""

from IPython.display import display
from matplotlib.figure import Figure
from playground import best_device, small_model, small_tokenizer

from nanochat.looking import attention_weights, draw_attention, token_texts

device = best_device()
tokenizer = small_tokenizer()
model = small_model(vocab_size=tokenizer.get_vocab_size()).to(device)
print(f"{sum(weight.numel() for weight in model.parameters()):,} parameters on {device}")

question = {"role": "user", "content": "Who has the red ball?"}
answer = {"role": "assistant", "content": "Anna has it."}
ids, mask = tokenizer.render_conversation({"messages": [question, answer]})
print(tokenizer.visualize_tokenization(ids, mask))

figure = Figure(figsize=(6, 5), layout="constrained")
weights = attention_weights(model, ids)  # (layers, heads, tokens, tokens)
draw_attention(figure.subplots(), weights[0, 0], token_texts(tokenizer, ids), "layer 0, head 0")
display(figure)
