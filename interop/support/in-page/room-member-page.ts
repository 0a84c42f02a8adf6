/** A page that is a member of a room. */
import { RoomMember, type RoomMemberOptions } from '../room-member.ts'

const page = {
  member: null as RoomMember | null,

  start(options: RoomMemberOptions): void {
    page.member = new RoomMember(options)
  },
}

declare global {
  var roomPage: typeof page
}
globalThis.roomPage = page
