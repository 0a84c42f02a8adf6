import { z } from 'zod'
import { contract, operation } from '../contract.ts'
import { withStatus } from '../errors.ts'
import { Contact, ContactAlarm, OwnProfile, PictureInput, Verification } from '../schemas/contact.ts'
import { DidText } from '../schemas/people.ts'

const Contacts = z.object({ items: z.array(Contact) })

/**
 * The profile of the node's user, and the persons of contacts: their device lists, profiles and
 * verification. See decision 019.
 */
export const CONTACTS = contract({
  name: 'contacts',
  otherErrors: { 'bad-device-list': 'alarms of the contact' },
  operations: {
    getProfile: operation({
      method: 'GET',
      path: '/api/profile',
      effect: 'read',
      area: 'people',
      summary: 'Show the profile that contacts see',
      input: z.object({}),
      output: OwnProfile,
    }),
    setProfile: operation({
      method: 'PUT',
      path: '/api/profile',
      effect: 'write',
      area: 'people',
      summary:
        'Sign a profile: name and picture (JPEG, PNG or WebP in base64, at most 32 KiB and 512 × 512 pixels). What is left out stays, null removes it',
      input: z.object({
        name: z.string().trim().min(1).max(64).nullable().optional(),
        picture: PictureInput.nullable().optional(),
      }),
      output: OwnProfile,
      errors: {
        ...withStatus(400, 'bad-argument'),
        ...withStatus(409, 'conflict'),
        'bad-picture': { status: 400, field: 'picture' },
      },
    }),
    clearProfile: operation({
      method: 'DELETE',
      path: '/api/profile',
      effect: 'delete',
      area: 'people',
      summary: 'Sign an empty profile, so that contacts see neither name nor picture any longer',
      input: z.object({}),
      output: OwnProfile,
      errors: withStatus(409, 'conflict'),
    }),
    listContacts: operation({
      method: 'GET',
      path: '/api/contacts',
      effect: 'read',
      area: 'people',
      summary: 'List the persons whom contacts have shown, with profile, devices, verification and alarms',
      input: z.object({}),
      output: Contacts,
    }),
    askContacts: operation({
      method: 'POST',
      path: '/api/contacts/ask',
      effect: 'write',
      area: 'people',
      summary:
        'Ask the nodes of contacts for newer device lists and profiles now: all of them, or those of one person',
      input: z.object({ did: DidText.optional() }),
      output: Contacts,
      errors: withStatus(501, 'unsupported'),
      idempotent: true,
    }),
    getVerification: operation({
      method: 'GET',
      path: '/api/contacts/{did}/verification',
      effect: 'read',
      area: 'people',
      summary: 'Show the words that both sides compare, and the own code for the other side to scan',
      input: z.object({ did: DidText }),
      output: Verification,
      errors: withStatus(409, 'conflict'),
    }),
    verifyContact: operation({
      method: 'PUT',
      path: '/api/contacts/{did}/verification',
      effect: 'write',
      area: 'people',
      summary:
        'Mark a contact as verified: `seen` is the text of the code that the contact showed, or the words that both sides have compared',
      input: z.object({ did: DidText, seen: z.string().trim().min(1).max(300) }),
      output: Contact,
      errors: { ...withStatus(409, 'conflict'), 'bad-code': { status: 400, field: 'seen' } },
    }),
    unverifyContact: operation({
      method: 'DELETE',
      path: '/api/contacts/{did}/verification',
      effect: 'write',
      area: 'people',
      summary: 'Remove the mark',
      input: z.object({ did: DidText }),
      output: Contact,
    }),
    dismissContactAlarms: operation({
      method: 'DELETE',
      path: '/api/contacts/{did}/alarms',
      effect: 'delete',
      area: 'people',
      summary: 'Dismiss the alarms about a contact',
      input: z.object({ did: DidText }),
      output: Contact,
    }),
  },
  events: {
    topics: {
      people: [
        /** Something about a contact that must not be missed. Repeated until it is dismissed. */
        z.object({ type: z.literal('contact-alarm'), did: DidText, alarm: ContactAlarm }),
      ],
    },
    invalidates: {
      people: ['listContacts', 'getProfile', 'getVerification'],
      'contact-alarm': ['listContacts'],
    },
  },
  commands: ['profile'],
})
