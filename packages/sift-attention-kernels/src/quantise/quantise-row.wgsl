// A row for a cache of kvType "i8": numbers · scale, the greatest magnitude of the row at ±127. Bind nothing, call from a
// kernel that appends rows: find the greatest magnitude of the row over its invocations, then
//   let scale = row_scale(greatest);
//   keys[word] = pack_whole_numbers(vec4<f32>(…), scale);   // array<u32>, four numbers a word
//   key_scales[row] = scale;                               // array<f32>

// What a row's numbers are divided by; 0 makes a row of zeros, and what is no number stays none.
fn row_scale(greatest: f32) -> f32 {
  let scale = greatest / 127.0;
  return select(scale, 0.0, scale < 1.1754944e-38);
}

// Four numbers of a row, rounded, in one word.
fn pack_whole_numbers(numbers: vec4<f32>, scale: f32) -> u32 {
  let factor = select(1.0 / scale, 0.0, scale == 0.0);
  return pack4xI8(clamp(vec4<i32>(round(numbers * factor)), vec4<i32>(-127i), vec4<i32>(127i)));
}
