import type { Translation } from '@shoal/messages'
import type english from '../en/chat-app.ts'

const chatApp: Translation<typeof english> = {
  name: 'Shoal Chat',
  language: 'Sprache',
  installing: 'Die App wird installiert',
  installingBody: 'Jede Datei wird geprüft, bevor die App startet.',
  obstacle: {
    insecure: {
      title: 'Diese Adresse ist nicht sicher',
      body: 'Die App bewahrt Schlüssel auf. Darum öffnet sie sich nur über https oder von diesem Gerät selbst.',
    },
    lacking: {
      title: 'Hier lässt sich die App nicht installieren',
      body: 'Der Browser bewahrt in diesem Fenster nichts auf. Öffnen Sie die App in einem normalen statt in einem privaten Fenster.',
    },
    failed: {
      title: 'Die App wurde nicht installiert',
      body: 'Eine Datei vom Server fehlt oder ist nicht die, die die Version nennt. Es wurde nichts behalten. Versuchen Sie es später noch einmal, oder nehmen Sie eine andere Adresse der App.',
    },
  },
  again: 'Noch einmal versuchen',
  update: {
    offered: 'Version {version} ({id}) ist verfügbar. Sie haben {own} ({ownId}).',
    hint: 'Es ändert sich nichts, bis Sie sie installieren. Vorher wird jede Datei geprüft.',
    take: 'Installieren und neu laden',
    later: 'Später',
    failed: {
      'bad-file':
        'Nicht installiert: Eine Datei vom Server ist nicht die, die die Version nennt. Die App bleibt, wie sie ist.',
      'bad-release': 'Der Server bietet keine richtige Version an. Die App bleibt, wie sie ist.',
      changed: 'Der Server bietet inzwischen eine andere Version an. Suchen Sie noch einmal.',
      unreachable: 'Der Server der App antwortet nicht. Die App bleibt, wie sie ist.',
    },
    check: 'Nach einer neuen Version suchen',
    none: 'Das ist die neueste Version, die der Server hat.',
    version: 'Version',
    versionHint:
      'Die Kennung in Klammern steht für genau diese Dateien. Vergleichen Sie sie mit anderen, um sicher zu sein, dass Sie dieselbe App haben.',
  },
  welcome: {
    title: 'Diesen Browser einrichten',
    intro:
      'Chats werden auf diesem Gerät verschlüsselt. Weder der Hub, der sie weitergibt, noch der Server dieser App kann sie lesen.',
    hub: 'Hub',
    hubHint: 'Der Hub Ihrer Gemeinschaft gibt Nachrichten weiter. Geben Sie seine Adresse ein.',
    hubBad: 'Geben Sie eine Adresse wie hub.example.org ein.',
    next: 'Weiter',
    otherHub: 'Anderer Hub',
    at: 'Hub: {hub}',
    device: 'Name dieses Browsers',
    deviceHint: 'Ihre Kontakte können ihn sehen.',
    deviceDefault: 'Browser',
    isNew: 'Ich bin neu',
    isNewBody: 'Die App erzeugt einen Schlüssel, den nur Sie haben.',
    name: 'Ihr Name',
    nameHint: 'Mitglieder des Hubs sehen ihn.',
    invitation: 'Einladung',
    invitationHint: 'Fügen Sie den Link oder sein Ende ein.',
    create: 'Schlüssel erzeugen',
    closed: 'Dieser Hub nimmt zurzeit keine neuen Mitglieder auf.',
    join: 'Dem Hub beitreten',
    waiting: 'Ihr Konto wartet, bis die Moderation des Hubs es freigibt.',
    words: 'Ich habe meine 24 Wörter',
    wordsLabel: '24 Wörter',
    wordsHint:
      'Sie bleiben auf diesem Gerät und werden vergessen, sobald dieser Browser eines Ihrer Geräte ist.',
    useWords: 'Diesen Browser hinzufügen',
    node: 'Ich habe einen Knoten',
    nodeBody:
      'Ihr Knoten fügt diesen Browser Ihren Geräten hinzu: Die App zeigt einen Code für Einstellungen, Geräte in dessen Konsole oder für shoal devices add. Geben Sie Ihre DID ein, wie sie dort steht.',
    did: 'Ihre DID',
    describe: 'Code zeigen',
  },
  key: {
    words: 'Schreiben Sie Ihre Wörter auf',
    wordsBody:
      'Diese 24 Wörter sind Ihr Schlüssel. Wer sie hat, ist Sie; ohne sie können Sie keine Geräte hinzufügen und nach dem Verlust dieses Geräts nicht zurückkehren. Sie werden nur jetzt gezeigt.',
    successor: 'Wörter für den Notfall',
    successorBody:
      'Wenn jemand Ihren Schlüssel stiehlt, ersetzen diese Wörter ihn. Bewahren Sie sie woanders auf.',
    saveWords: 'Als Datei speichern',
    check: 'Wort Nummer {number}',
    wrongWord: 'Das ist ein anderes Wort.',
    finish: 'Weiter',
  },
  added: {
    title: 'Fügen Sie diesen Browser an Ihrem Knoten hinzu',
    body: 'Wählen Sie in der Konsole Ihres Knotens unter Einstellungen, Geräte „Gerät hinzufügen“ und fügen Sie diesen Text ein, oder führen Sie shoal devices add --description damit aus. Der Knoten muss dem Hub beigetreten sein.',
    code: 'Beschreibung dieses Browsers',
    copy: 'Text kopieren',
    done: 'Ich habe ihn hinzugefügt',
    forget: 'Von vorn beginnen',
  },
  opening: 'Der Chat wird geöffnet',
  elsewhere: {
    title: 'Der Chat ist in einem anderen Fenster offen',
    body: 'Nur ein Fenster auf einmal hat ihn, damit kein Schlüssel zweimal verwendet wird.',
    take: 'Hier verwenden',
  },
  ended: {
    title: 'Der Chat wurde beendet',
    again: 'Noch einmal öffnen',
  },
  offline: 'Kein Netz. Nachrichten werden gesendet, sobald es wieder da ist.',
  account: {
    title: 'Dieses Gerät',
    person: 'Sie',
    device: 'Name',
    hubs: 'Hubs',
    privacy: 'Privatsphäre',
    readMarks: 'Lesebestätigungen senden',
    readMarksHint: 'Andere sehen, wie weit Sie gelesen haben.',
    presence: 'Tippen und Anwesenheit senden',
    presenceHint: 'Andere sehen, wann Sie tippen und wann Sie da sind.',
    direct: 'Direkt mit Kontakten verbinden',
    directHint:
      'Nachrichten erreichen ihre Geräte, während der Hub fort ist. Sie sehen Ihre Netzwerkadresse.',
    forget: 'Hier alles löschen',
    forgetBody:
      'Schlüssel und Nachrichten werden aus diesem Browser gelöscht. Ohne die 24 Wörter oder ein anderes Gerät können Sie nicht zurückkehren. Entfernen Sie diesen Browser auch aus Ihren Geräten.',
    forgetDo: 'Löschen',
  },
  files: {
    drop: 'Zum Teilen ablegen',
    whileOpen: 'Andere können sie laden, solange diese App offen ist.',
    shared: 'Geteilte Dateien',
    count: {
      one: 'Eine Freigabe, die andere laden können, solange diese App offen ist',
      other: '{count} Freigaben, die andere laden können, solange diese App offen ist',
    },
    stop: 'Löschen',
  },
  chat: 'Chat',
  fault: '{hub}: {message}',
}

export default chatApp
