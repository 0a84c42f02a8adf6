/** Rooms of shares, readable by everyone with the link. See decision 021. */
export { ShareRoom } from './share-room.ts'
