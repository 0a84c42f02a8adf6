/** Code that the transports of other packages share with those of the engine. */
export { InputShare } from './input-budget.ts'
