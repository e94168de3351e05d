#!/usr/bin/env python3
"""Unpacks the tensors of a GGUF file: python gguf-unpacked.py IN.gguf OUT.gguf [f32|f16]. Needs gguf and numpy.

Vectors stay F32 with f16 too.

llama.cpp multiplies packed weights with activations rounded to 8 bits. From the unpacked copy it computes the same model
in float32, so that its choices can be compared closely.
"""
import sys

import numpy as np
from gguf import GGUFReader, GGUFValueType, GGUFWriter
from gguf.quants import dequantize

reader = GGUFReader(sys.argv[1])
writer = GGUFWriter(sys.argv[2], 'llama')
half = sys.argv[3:] == ['f16']
replaced = {'general.architecture', 'general.file_type', 'general.quantization_version'}
for name, field in reader.fields.items():
    if name.startswith('GGUF.') or name in replaced:
        continue
    if field.types[0] == GGUFValueType.ARRAY:
        writer.add_array(name, list(field.contents()))
    else:
        writer.add_key_value(name, field.contents(), field.types[0])
writer.add_file_type(1 if half else 0)
for tensor in reader.tensors:
    dtype = np.float16 if half and len(tensor.shape) > 1 else np.float32
    values = dequantize(tensor.data, tensor.tensor_type).astype(dtype)
    writer.add_tensor(tensor.name, values.reshape([int(size) for size in reversed(tensor.shape)]))
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
