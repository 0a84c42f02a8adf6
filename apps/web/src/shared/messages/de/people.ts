import type { Translation } from '@shoal/messages'
import type english from '../en/people.ts'

const people: Translation<typeof english> = {
  verify: {
    title: 'Schlüssel vergleichen',
    intro:
      'Wenn beide dieselben Wörter sehen, ist niemand dazwischen. Vergleichen Sie sie persönlich oder in einem Gespräch mit jemandem, dessen Stimme Sie kennen.',
    words: 'Wörter',
    same: 'Beide sehen dieselben Wörter',
    ownCode: 'Oder lassen Sie die andere Seite Ihren Code scannen:',
    code: 'Code des Kontakts',
    codeHint: 'Sein Text beginnt mit shoal:person/1/',
    check: 'Prüfen',
  },
  code: {
    own: 'Ihr Code',
    copy: 'Text des Codes kopieren',
  },
  contacts: {
    title: 'Kontakte',
    intro:
      'Einladungen von Kontakten müssen Sie nicht annehmen, und Sie erfahren, wenn sich deren Geräte ändern.',
    empty: 'Noch keine Kontakte.',
    others: 'Andere Personen',
    show: 'Meinen Code zeigen',
    hide: 'Meinen Code verbergen',
    add: 'Kontakt hinzufügen',
    code: 'Code oder DID der Person',
    codeHint:
      'Beginnt mit shoal:person/1/ oder did:key:. Wenn Sie den Code vom Bildschirm der Person scannen, sind auch die Schlüssel verglichen.',
    name: 'Name',
    nameHint: 'Nur Sie sehen ihn. Leer: der Name beim Hub.',
    added: '{name} ist jetzt ein Kontakt.',
    addedVerified: '{name} ist jetzt ein Kontakt, und die Schlüssel sind die richtigen.',
    verified: 'Schlüssel verglichen am {date}',
    notVerified: 'Schlüssel nicht verglichen',
    devices: { one: '{count} Gerät', other: '{count} Geräte' },
    unknown: 'nicht bei diesem Hub',
    asContact: 'Zu den Kontakten hinzufügen',
    asContactHint: 'Spätere Einladungen dieser Person müssen Sie nicht annehmen.',
    remove: 'Aus den Kontakten entfernen',
    rename: 'Namen ändern',
    compare: 'Schlüssel vergleichen',
    unverify: 'Vergleich der Schlüssel vergessen',
    matches: 'Die Schlüssel von {name} sind die richtigen.',
    dismiss: 'Verstanden',
  },
  alarms: {
    bad: 'Der Hub hat eine unbrauchbare Geräteliste von {name} gezeigt. Sie wurde nicht beachtet.',
    older:
      'Der Hub hat eine alte Geräteliste von {name} gezeigt, die verbergen kann, dass ein Gerät entfernt wurde. Sie wurde nicht beachtet.',
    forked:
      'Zwei Gerätelisten von {name} widersprechen sich: Jemand anderes könnte den Schlüssel haben. Fragen Sie persönlich nach, bevor Sie etwas Vertrauliches schreiben.',
    changed:
      'Die Geräte von {name} haben sich geändert. Ein neues Gerät liest mit, was von nun an geschrieben wird. Fragen Sie, ob das stimmt.',
    rotated:
      'Der Schlüssel von {name} wurde durch seinen Nachfolger ersetzt. Fragen Sie, ob das stimmt, und vergleichen Sie die Schlüssel neu.',
    unverified:
      'Die Schlüssel von {name}, die Sie verglichen hatten, wurden ersetzt. Vergleichen Sie sie neu.',
  },
}

export default people
