/** Conversations: what messages say, and what their readers see. */
export {
  type Content,
  encodeContent,
  type MessageId,
  readContent,
} from './contents.ts'
export { type Arrived, type Shown, Timeline, type TimelineRules } from './timeline.ts'
