import type { Translation } from '@shoal/messages'
import type english from '../en/share-more.ts'

const shareMore: Translation<typeof english> = {
  host: {
    direct:
      'Diese Seite ist nicht verschlüsselt (http), deshalb lässt Ihr Browser sie nichts ablegen. Die Dateien kommen stattdessen direkt von {host}: Sie können sie in jeder Größe speichern und abspielen. Andere dazwischen könnten sie lesen oder ändern.',
    save: 'Speichern ({size})',
    saveAll: 'Alles als ZIP speichern ({size})',
    unsecured:
      'Diese Seite ist nicht verschlüsselt (http), deshalb lässt Ihr Browser sie nichts ablegen. Sie behält Downloads im Arbeitsspeicher, kann Dateien bis je {most} speichern und keine abspielen.',
    larger: { one: '{count} Datei ist größer.', other: '{count} Dateien sind größer.' },
    sealed:
      'Die Freigabe ist versiegelt: Nur diese Seite kann sie öffnen, nicht der Knoten, von dem die Seite kommt.',
    ways: 'Bitten Sie für alles andere um einen Link, der mit https beginnt, oder fügen Sie dies unten Ihrem eigenen Knoten hinzu.',
    tooLarge:
      'Sie ist größer als {most}, und diese Seite ist nicht verschlüsselt (http), deshalb lässt Ihr Browser sie nichts ablegen',
    paused: 'Der Absender hat diese Freigabe pausiert',
    pausedHelp:
      'Niemand sonst, der es hat, ist online. Lassen Sie diese Seite offen: Es geht von selbst weiter.',
  },
  faults: {
    'no-space':
      'Diese Website hat in Ihrem Browser keinen Platz mehr. Löschen Sie unten andere Freigaben oder schaffen Sie Speicherplatz, und setzen Sie dann fort.',
    'in-use':
      'Ein anderer Tab dieser Seite hat diese Dateien geöffnet. Schließen Sie ihn, oder machen Sie dort weiter.',
    'no-permission':
      'Ihr Browser lässt diese Website keine Daten speichern. Erlauben Sie es, oder verlassen Sie das private Fenster.',
  },
  viewer: {
    needsWorker:
      'Dieses Fenster kann keine Dateien anzeigen: Öffnen Sie die Seite über https und außerhalb eines privaten Fensters. Speichern können Sie sie trotzdem.',
    noPdf:
      'Dieser Browser kann PDF-Dokumente nicht in einer Seite anzeigen. Speichern Sie es, um es zu lesen.',
  },
  seeding: {
    on: 'Sie helfen mit: Diese Seite teilt, was sie hat, solange sie offen ist (jetzt {rate}).',
    needed: {
      one: '{count} Gerät bekommt es noch von Ihnen: Lassen Sie diese Seite offen.',
      other: '{count} Geräte bekommen es noch von Ihnen: Lassen Sie diese Seite offen.',
    },
    uploaded: 'Bisher {bytes} hochgeladen.',
  },
  sender: {
    title: 'Sie teilen dies. Lassen Sie diesen Tab offen',
    how: 'Die Dateien bleiben auf diesem Gerät, und andere laden sie direkt von hier, solange dieser Tab offen ist.',
    stored: 'Andere laden die versiegelte Datei direkt aus diesem Browser, solange dieser Tab offen ist.',
    nobody: 'Noch lädt es niemand: Senden Sie den Link.',
    loading: { one: '{count} Gerät ist verbunden', other: '{count} Geräte sind verbunden' },
    sent: '{bytes} gesendet',
    rate: 'jetzt {rate}',
    enough: 'Alles wurde mindestens einmal gesendet.',
  },
}

export default shareMore
