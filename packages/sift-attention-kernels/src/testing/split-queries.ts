const split = 32639; // 127 · 256 + 127: what two halves of eight bits hold

/** Queries rounded to 2 · 32,639 steps of each head's greatest magnitude, as row-products-i8.wgsl splits them: [heads, headDim]. */
export function splitQueries(queries: ArrayLike<number>, headDim: number): Float64Array {
  return Float64Array.from(queries, (query, i) => {
    const first = i - (i % headDim);
    const head = Array.from({ length: headDim }, (_, dim) => Math.abs(queries[first + dim]!));
    const top = Math.max(...head);
    return top > 0 ? (Math.round((query * split) / top) * top) / split : 0;
  });
}
