/** The chat over hubs. */
export { type HubCarrierOptions, HubCarriers } from './hub-carriers.ts'
export type { HubAccess } from './hub-link.ts'
export {
  type AskedPerson,
  HubPeople,
  type HubPeopleOptions,
  type HubPerson,
  type PersonAlarm,
} from './hub-people.ts'
