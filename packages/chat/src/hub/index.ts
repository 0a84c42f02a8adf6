/** The chat over hubs. */
export { type ForkProof, isForkProof, readForkProof, writeForkProof } from './fork-proof.ts'
export { HubCarriers } from './hub-carriers.ts'
export type { HubAccess } from './hub-link.ts'
export {
  type AskedPerson,
  HubPeople,
  type HubPerson,
} from './hub-people.ts'
