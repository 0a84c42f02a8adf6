import type { Translation } from '@shoal/messages'
import type english from '../en/share-room.ts'

const shareRoom: Translation<typeof english> = {
  title: 'Raum dieser Freigabe',
  hint: 'Wer diesen Link hat, kann hier ohne Konto lesen und schreiben. Der Hub {hub} bewahrt die Nachrichten verschlüsselt auf: Er sieht Ihre Netzwerkadresse und wann Sie schreiben, aber nicht was.',
  open: 'Raum öffnen',
  opening: 'Wird geöffnet …',
  connecting: 'Verbindung mit {hub} …',
  whoReads: 'Verschlüsselt. Wer den Link dieser Freigabe hat, liest alles, auch später.',
  away: 'Der Hub ist nicht erreichbar. Was Sie schreiben, wird gesendet, sobald er zurück ist.',
  noGuests:
    'Der Hub {hub} lässt niemanden ohne Konto ein. Öffnen Sie den Link in Ihrem Knoten oder in der Chat-App.',
  ended:
    'Der Hub {hub} ist nicht mehr derselbe wie zuvor oder kann nicht verwendet werden. Fragen Sie, von wem Sie diesen Link haben.',
  forked:
    'Der Hub {hub} zeigt anderen andere Nachrichten als Ihnen. Vertrauen Sie ihm nicht, und sagen Sie es den anderen auf anderem Weg.',
  refused: 'Der Hub hat eine Nachricht abgelehnt oder eine gesendet, die nicht lesbar ist.',
  empty: 'Noch niemand hat etwas geschrieben.',
  older: 'Frühere Nachrichten zeigen',
  tooLarge:
    'Dieser Raum hat mehr Nachrichten, als diese Seite zeigt. Ein Knoten oder die Chat-App zeigt alle.',
  showAll: 'Alles zeigen',
  you: 'Sie',
  edited: 'bearbeitet',
  waiting: 'wartet auf den Hub',
  failed: 'nicht zugestellt',
  deleted: 'Gelöscht',
  unknown: 'Von einem neueren Shoal geschrieben',
  share: 'Geteilte Dateien',
  sealed: 'versiegelt',
  broken: 'dieser Link wurde abgeschnitten oder verändert',
  write: 'In den Raum schreiben',
  name: 'Ihr Name',
  nameHint: 'Andere sehen ihn mit den letzten Zeichen Ihres Schlüssels. Niemand prüft ihn.',
  message: 'Nachricht',
  send: 'Senden',
}
export default shareRoom
