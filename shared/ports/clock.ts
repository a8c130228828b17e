/** Time as a parameter: epoch milliseconds. */
export interface Clock {
  now(): number;
}
