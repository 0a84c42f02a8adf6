/** The rooms of shares, which all who have the link read. See decision 021. */
export { ShareRoom } from './share-room.ts'
