import { InputError } from '@shoal/torrent/errors'
/**
 * `bad-argument`: invalid arguments. `bad-credential`: not a device of the person that it names.
 * `bad-message`: not a message of this group, or damaged. `bad-policy`: the rules of the group
 * cannot be read. `bad-report`: it does not match that entry of the log. `no-devices`: the person
 * has no device that can be added. `not-allowed`: forbidden by the rules of the group.
 * `commit-pending`: a commit of this device has no place in the log yet. `refused`: the hub does
 * not accept it. `not-invited`: someone who was added does not receive the invitation. `removed`:
 * this device is no longer a member. `closed`: the room or the chat was closed. `unavailable`: the
 * hub does not answer. `no-hub`: there is no joined hub to use. `not-joined`: this device has no
 * account at that hub. `not-found`: this id does not exist. `conflict`: another action has to come
 * first. `damaged`: a journal, or what another device sent. `full`: there is no room at the hub.
 * `in-use`: another window has the chat. `unknown-epoch`: the message belongs to an epoch whose
 * keys this device does not have. `repeated`: the message was opened before, or its key was
 * deleted.
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

/** An error of a group or a room. The message describes the remedy and contains no key. */
export class ChatError extends InputError<ChatErrorCode> {
  override name = 'ChatError'
}
