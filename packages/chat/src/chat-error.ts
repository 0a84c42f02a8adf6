import { InputError } from '@shoal/torrent/errors'
/**
 * `bad-argument`: invalid arguments. `bad-credential`: not a device of the person that it names. `bad-message`: not a message of this group, or damaged. `bad-policy`: the rules of
 * the group cannot be read. `bad-report`: it is not of that entry of the log. `no-devices`: the person has no device that can be added. `not-allowed`: the rules of the group forbid it. `commit-pending`: a commit of this device waits for its place in the log. `refused`: the hub does not take it. `not-invited`: somebody who was added does not get the invitation. `removed`: this device is not a member any more.
 * `closed`: the room or the chat was closed. `unavailable`: the hub does not answer. `no-hub`: no hub was joined that can be meant. `not-joined`: this device has no account at that hub. `not-found`: there is nothing with this id. `conflict`: something else has to be done first. `damaged`: a journal, or what another device sent. `full`: there is no room at the hub. `in-use`: another window has the chat. `unknown-epoch`: the message belongs to an epoch whose keys this device does not have. `repeated`: the message was opened before, or its key was deleted.
 */
export type ChatErrorCode =
  | 'bad-argument'
  | 'bad-credential'
  | 'bad-message'
  | 'bad-policy'
  | 'bad-report'
  | 'closed'
  | 'no-devices'
  | 'no-hub'
  | 'not-allowed'
  | 'not-found'
  | 'not-invited'
  | 'not-joined'
  | 'commit-pending'
  | 'conflict'
  | 'damaged'
  | 'full'
  | 'in-use'
  | 'refused'
  | 'removed'
  | 'repeated'
  | 'unavailable'
  | 'unknown-epoch'

/** An error of a group or a room. The message says what to do and contains no key. */
export class ChatError extends InputError<ChatErrorCode> {
  override name = 'ChatError'
}
