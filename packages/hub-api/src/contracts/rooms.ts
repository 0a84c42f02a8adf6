import { contract } from '@shoal/api/contract'

/** Room logs and inboxes. Their clients connect over Socket.IO (`@shoal/hub-api/rooms`), so that they have no operations. */
export const ROOMS = contract({ name: 'rooms' })
