/** Pages request as much from each source as its window allows: endgame takes from slow ones what is left. */
export { PickingPolicy as WeighedPolicy } from './policy.ts'
