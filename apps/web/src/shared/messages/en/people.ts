/** The texts for comparing keys with people, and for the contacts of the chat app. */
export default {
  verify: {
    title: 'Compare keys',
    intro:
      'If both of you see the same words, nobody is between you. Compare them in person, or in a call with somebody whose voice you know.',
    words: 'Words',
    same: 'Both see the same words',
    ownCode: 'Or let the other side scan your code:',
    code: 'Code of the contact',
    codeHint: 'Its text begins with shoal:person/1/',
    check: 'Check',
  },
  code: {
    own: 'Your code',
    copy: 'Copy the text of the code',
  },
  contacts: {
    title: 'Contacts',
    intro:
      'You need not accept what contacts invite you to, and receive a warning when their devices change.',
    empty: 'No contacts yet.',
    others: 'Other people',
    show: 'Show my code',
    hide: 'Hide my code',
    add: 'Add a contact',
    code: 'Code or DID of the person',
    codeHint:
      'It begins with shoal:person/1/ or did:key:. A code that you scan from their screen also compares keys.',
    name: 'Name',
    nameHint: 'Only you see it. Empty: the name at the hub.',
    added: '{name} is a contact now.',
    addedVerified: '{name} is a contact now, and the keys are the right ones.',
    verified: 'keys compared on {date}',
    notVerified: 'keys not compared',
    devices: { one: '{count} device', other: '{count} devices' },
    unknown: 'not at this hub',
    asContact: 'Add to contacts',
    asContactHint: 'You need not accept what this person invites you to later.',
    remove: 'Remove from contacts',
    rename: 'Change name',
    compare: 'Compare keys',
    unverify: 'Forget that keys were compared',
    matches: 'The keys of {name} are the right ones.',
    dismiss: 'Dismiss',
  },
  alarms: {
    bad: 'The hub showed a device list of {name} that cannot be used. It was ignored.',
    older:
      'The hub showed an old device list of {name}, which may hide that a device was removed. It was ignored.',
    forked:
      'Two device lists of {name} contradict each other: somebody else may have their key. Ask them in person before you write anything secret.',
    changed:
      'The devices of {name} have changed. A new device reads what is written from now on. Ask them if that is right.',
    rotated:
      'The key of {name} was replaced by its successor. Ask them if that is right, and compare keys again.',
    unverified: 'The keys of {name} that you had compared were replaced. Compare keys again.',
  },
} as const
