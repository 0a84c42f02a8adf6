/** Visits to the room of a share by people who have only its link. Loads nothing of MLS. */
export { encodeCredential } from '../groups/credential.ts'
export {
  RoomVisit,
  type VisitMessage,
  type VisitOptions,
  type Visitor,
  type VisitState,
} from './room-visit.ts'
