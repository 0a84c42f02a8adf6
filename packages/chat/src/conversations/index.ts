/** Conversations: message contents, and how they are presented. */
export {
  type Content,
  encodeContent,
  type MessageId,
  readContent,
} from './contents.ts'
export { type Arrived, type Shown, Timeline, type TimelineRules, unverifiedName } from './timeline.ts'
