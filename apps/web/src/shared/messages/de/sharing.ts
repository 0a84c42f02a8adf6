import type { Translation } from '@shoal/messages'
import type english from '../en/sharing.ts'

const sharing: Translation<typeof english> = {
  drop: 'Dateien oder einen Ordner hier ablegen',
  hint: 'Sie bleiben auf diesem Gerät. Alle mit dem Link bekommen sie direkt von ihm, solange diese Seite offen ist.',
  nothing: 'Darin sind keine Dateien.',
  unreadable:
    'Ihr Browser kann diese Dateien nicht lesen. Wählen Sie sie stattdessen mit der Schaltfläche aus.',
  files: 'Dateien auswählen',
  folder: 'Ordner auswählen',
  name: 'Name, den andere sehen',
  chosen: { one: '{count} Datei, {size}', other: '{count} Dateien, {size}' },
  hidden: {
    one: '{count} versteckte Datei wird ausgelassen.',
    other: '{count} versteckte Dateien werden ausgelassen.',
  },
  make: 'Link erzeugen',
  others: 'Andere auswählen',
  hashing: 'Die Dateien werden gelesen: {share}',
  hashingLabel: 'Gelesen',
  ready: 'Der Link zu {name} ist fertig.',
  toLink: 'Anzeigen',
  again:
    'Sie haben dies von diesem Gerät aus geteilt. Wählen Sie die Dateien noch einmal aus, um es weiter zu teilen.',
  sharedOn: '{name}, {date}',
}

export default sharing
