/** The chat over hubs. */
export { HubCarriers } from './hub-carriers.ts'
export type { HubAccess } from './hub-link.ts'
export {
  type AskedPerson,
  HubPeople,
  type HubPerson,
} from './hub-people.ts'
