/**
 * Pages request as much from each source as its window allows: endgame takes the rest from slow
 * ones.
 */
export { PickingPolicy as WeighedPolicy } from './policy.ts'
