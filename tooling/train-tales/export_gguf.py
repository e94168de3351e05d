#!/usr/bin/env python3
"""Convert the trained Hugging Face folder into one GGUF file that llama.cpp opens.

Matrices are stored in the chosen format, norms as float32. The rows of the query and key projections are reordered
from Hugging Face's rotary layout (number i turns with number i + 32 of its head) to GGUF's (number 2i with number
2i + 1). The tokenizer, the chat template, the tokens that end a text and the sampling hints go into the header.

    python export_gguf.py MODEL_FOLDER OUT.gguf [--matrices q8_0] [--embedding q8_0]

The same input gives the same bytes. Needs numpy and gguf (requirements.txt).
"""
import argparse
import hashlib
import json
from pathlib import Path

import gguf
import numpy as np
from gguf import GGMLQuantizationType, LlamaFileType, TokenType

FORMATS = {'q8_0': (GGMLQuantizationType.Q8_0, LlamaFileType.MOSTLY_Q8_0),
           'f16': (GGMLQuantizationType.F16, LlamaFileType.MOSTLY_F16)}

LAYER_TENSORS = {'input_layernorm': 'attn_norm', 'self_attn.q_proj': 'attn_q', 'self_attn.k_proj': 'attn_k',
                 'self_attn.v_proj': 'attn_v', 'self_attn.o_proj': 'attn_output', 'post_attention_layernorm': 'ffn_norm',
                 'mlp.gate_proj': 'ffn_gate', 'mlp.up_proj': 'ffn_up', 'mlp.down_proj': 'ffn_down'}


def read_safetensors(path):
    """Name -> array; only the dtype of this model, f16."""
    data = path.read_bytes()
    header_size = int.from_bytes(data[:8], 'little')
    header = json.loads(data[8:8 + header_size])
    tensors = {}
    for name, entry in header.items():
        if name == '__metadata__':
            continue
        if entry['dtype'] != 'F16':
            raise SystemExit(f'{path}: {name}: expected F16, got {entry["dtype"]}')
        start, end = (8 + header_size + offset for offset in entry['data_offsets'])
        tensors[name] = np.frombuffer(data[start:end], dtype='<f2').reshape(entry['shape'])
    return tensors


def interleave_rotary(weights, heads):
    """[heads * headDim, inputs]: rows (i, i + headDim / 2) of each head become neighbours."""
    rows, inputs = weights.shape
    return weights.reshape(heads, 2, rows // heads // 2, inputs).swapaxes(1, 2).reshape(rows, inputs)


def gguf_tensors(config, tensors):
    """(GGUF name, f16 array) in the order of the layers."""
    yield 'token_embd.weight', tensors['model.embed_tokens.weight']
    heads = {'self_attn.q_proj': config['num_attention_heads'], 'self_attn.k_proj': config['num_key_value_heads']}
    for layer in range(config['num_hidden_layers']):
        for source, target in LAYER_TENSORS.items():
            weights = tensors[f'model.layers.{layer}.{source}.weight']
            if source in heads:
                weights = interleave_rotary(weights, heads[source])
            yield f'blk.{layer}.{target}.weight', weights
    yield 'output_norm.weight', tensors['model.norm.weight']


def add_architecture(writer, config):
    writer.add_context_length(config['max_position_embeddings'])
    writer.add_embedding_length(config['hidden_size'])
    writer.add_block_count(config['num_hidden_layers'])
    writer.add_feed_forward_length(config['intermediate_size'])
    writer.add_head_count(config['num_attention_heads'])
    writer.add_head_count_kv(config['num_key_value_heads'])
    writer.add_key_length(config['head_dim'])
    writer.add_value_length(config['head_dim'])
    writer.add_rope_dimension_count(config['head_dim'])
    writer.add_rope_freq_base(config['rope_theta'])
    writer.add_layer_norm_rms_eps(config['rms_norm_eps'])
    writer.add_vocab_size(config['vocab_size'])


def add_tokenizer(writer, folder, config, generation):
    tokenizer = json.loads((folder / 'tokenizer.json').read_text('utf8'))
    settings = json.loads((folder / 'tokenizer_config.json').read_text('utf8'))
    special = {token['id'] for token in tokenizer['added_tokens'] if token['special']}
    by_id = {index: token for token, index in tokenizer['model']['vocab'].items()}
    by_id.update((token['id'], token['content']) for token in tokenizer['added_tokens'])
    if sorted(by_id) != list(range(config['vocab_size'])):
        raise SystemExit('tokenizer.json: ids are not 0 to vocab_size - 1')
    writer.add_tokenizer_model('gpt2')
    writer.add_tokenizer_pre('qwen2')
    writer.add_token_list([by_id[index] for index in range(len(by_id))])
    writer.add_token_types([TokenType.CONTROL if i in special else TokenType.NORMAL for i in range(len(by_id))])
    writer.add_token_merges([' '.join(pair) for pair in tokenizer['model']['merges']])
    end_of_turn, end_of_text = generation['eos_token_id']
    writer.add_bos_token_id(generation['bos_token_id'])
    writer.add_eos_token_id(end_of_text)
    writer.add_eot_token_id(end_of_turn)
    writer.add_pad_token_id(generation['pad_token_id'])
    writer.add_add_bos_token(settings['add_bos_token'])
    writer.add_add_eos_token(False)
    writer.add_chat_template(settings['chat_template'])


def add_description(writer, generation):
    writer.add_name('tales-28m')
    writer.add_basename('tales')
    writer.add_size_label('28M')
    writer.add_description('Classic English fiction, short stories and retrieval tasks, with a context of 8,192 tokens.')
    writer.add_license('mit')
    writer.add_languages(['en'])
    writer.add_sampling_temp(generation['temperature'])
    writer.add_sampling_top_p(generation['top_p'])


def write_gguf(folder, path, matrices, embedding):
    config, generation = (json.loads((folder / f'{name}.json').read_text('utf8')) for name in ('config', 'generation_config'))
    writer = gguf.GGUFWriter(path, 'llama')
    add_description(writer, generation)
    add_architecture(writer, config)
    writer.add_file_type(FORMATS[matrices][1])
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    add_tokenizer(writer, folder, config, generation)
    for name, weights in gguf_tensors(config, read_safetensors(folder / 'model.safetensors')):
        chosen = FORMATS[embedding if name == 'token_embd.weight' else matrices][0]
        kind = GGMLQuantizationType.F32 if weights.ndim == 1 else chosen
        writer.add_tensor(name, gguf.quantize(weights.astype(np.float32), kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('folder', type=Path, help='config.json, generation_config.json, tokenizer*.json, model.safetensors')
    parser.add_argument('out', type=Path)
    parser.add_argument('--matrices', choices=FORMATS, default='q8_0')
    parser.add_argument('--embedding', choices=FORMATS, default='q8_0', help='also the output matrix: they are tied')
    args = parser.parse_args()
    write_gguf(args.folder, args.out, args.matrices, args.embedding)
    data = args.out.read_bytes()
    print(f'{args.out}: {len(data)} bytes, sha256 {hashlib.sha256(data).hexdigest()}')


if __name__ == '__main__':
    main()
