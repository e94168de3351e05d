@group(0) @binding(3) var<storage, read_write> scales: array<f32>; // [2, VALUE_SCALES]: of key rows, then of value rows
