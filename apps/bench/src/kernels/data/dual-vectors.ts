/**
 * The dual basis of some vectors within their span: ⟨vector i, dual j⟩ is 1 for i = j and else 0. Solves
 * (V · Vᵀ) · X = V by elimination; the Gram matrix is positive definite, so its diagonal serves as pivots.
 * @param vectors [count, dim], independent.
 * @returns [count, dim].
 */
export function dualVectors(vectors: ArrayLike<number>, count: number): Float64Array {
  const dim = vectors.length / count;
  const duals = Float64Array.from(vectors);
  const gram = gramMatrix(vectors, count, dim);
  for (let pivot = 0; pivot < count; pivot++) {
    scaleRows([gram, duals], count, pivot, 1 / gram[pivot * count + pivot]!);
    for (let row = 0; row < count; row++) {
      if (row !== pivot) subtractRows([gram, duals], count, row, pivot);
    }
  }
  return duals;
}

function gramMatrix(vectors: ArrayLike<number>, count: number, dim: number): Float64Array {
  return Float64Array.from({ length: count * count }, (_, entry) => {
    const row = Math.floor(entry / count) * dim;
    const column = (entry % count) * dim;
    let product = 0;
    for (let d = 0; d < dim; d++) product += vectors[row + d]! * vectors[column + d]!;
    return product;
  });
}

function scaleRows(matrices: Float64Array[], rows: number, row: number, factor: number): void {
  for (const matrix of matrices) {
    const width = matrix.length / rows;
    for (let i = 0; i < width; i++) matrix[row * width + i]! *= factor;
  }
}

/** Takes as much of the pivot's row away that the first matrix has 0 in the pivot's column. */
function subtractRows(matrices: Float64Array[], rows: number, row: number, pivot: number): void {
  const factor = matrices[0]![row * rows + pivot]!;
  for (const matrix of matrices) {
    const width = matrix.length / rows;
    for (let i = 0; i < width; i++) {
      matrix[row * width + i]! -= factor * matrix[pivot * width + i]!;
    }
  }
}
