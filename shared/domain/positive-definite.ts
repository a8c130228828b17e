/** The little linear algebra that EASE and the ranking model need. */

/** Inverse of a symmetric positive definite matrix, row after row, by Cholesky: A = L·Lᵀ, A⁻¹ = L⁻ᵀ·L⁻¹. */
export function invert(matrix: Float64Array, size: number): Float64Array {
  const lower = matrix.slice();
  for (let row = 0; row < size; row++) {
    const own = lower.subarray(row * size, row * size + row + 1);
    for (let column = 0; column <= row; column++) {
      const other = lower.subarray(column * size, column * size + column + 1);
      let sum = own[column] as number;
      for (let at = 0; at < column; at++) sum -= (own[at] as number) * (other[at] as number);
      own[column] = column === row ? Math.sqrt(sum) : sum / (other[column] as number);
    }
  }
  // Columns of L⁻¹ as rows, so that both loops run along memory.
  const columns = new Float64Array(size * size);
  for (let column = 0; column < size; column++) {
    const own = columns.subarray(column * size, (column + 1) * size);
    own[column] = 1 / (lower[column * size + column] as number);
    for (let row = column + 1; row < size; row++) {
      const factors = lower.subarray(row * size, (row + 1) * size);
      let sum = 0;
      for (let at = column; at < row; at++) sum -= (factors[at] as number) * (own[at] as number);
      own[row] = sum / (factors[row] as number);
    }
  }
  const inverse = new Float64Array(size * size);
  for (let a = 0; a < size; a++)
    for (let b = a; b < size; b++) {
      const left = columns.subarray(a * size, (a + 1) * size);
      const right = columns.subarray(b * size, (b + 1) * size);
      let sum = 0;
      for (let at = b; at < size; at++) sum += (left[at] as number) * (right[at] as number);
      inverse[a * size + b] = sum;
      inverse[b * size + a] = sum;
    }
  return inverse;
}
