/** Conversations: what messages say, and what their readers see. */
export {
  type Content,
  type DeletionContent,
  type EditContent,
  encodeContent,
  MAX_TEXT_BYTES,
  type MessageId,
  type ReactionContent,
  readContent,
  type TextContent,
} from './contents.ts'
export { type Arrived, type Shown, Timeline, type TimelineRules } from './timeline.ts'
