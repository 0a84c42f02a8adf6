/** The rooms of shares, which all who have the link read. See decision 021. */
export { type RoomMessage, ShareRoom, type ShareRoomWriter } from './share-room.ts'
