import type { Translation } from '@shoal/messages'
import type english from '../en/share-page.ts'

const sharePage: Translation<typeof english> = {
  name: 'Shoal',
  home: 'Dateien teilen',
  tagline: 'Dateien gehen direkt von Gerät zu Gerät. Kein Server speichert sie.',
  theme: { label: 'Farbschema', system: 'Farben wie im System', light: 'Hell', dark: 'Dunkel' },
  language: { label: 'Sprache', system: 'Sprache wie im Browser' },
  link: {
    wrong: {
      'not-a-link': 'Diese Adresse enthält keine Freigabe',
      'cut-short': 'Dieser Link ist unvollständig',
      altered: 'Dieser Link wurde verändert',
      'too-new': 'Dieser Link braucht ein neueres Shoal',
      'bad-argument': 'Dieser Link ist nicht lesbar',
    },
    help: {
      'not-a-link': 'Kopieren Sie den vollständigen Link, auch den Teil nach #.',
      'cut-short': 'Das Ende fehlt. Kopieren Sie ihn ganz, oder bitten Sie noch einmal darum.',
      altered: 'Kopieren Sie ihn noch einmal, oder bitten Sie noch einmal darum.',
      'too-new': 'Laden Sie die Seite neu. Hilft das nicht, braucht die Website eine neuere Version.',
      'bad-argument': 'Bitten Sie noch einmal darum.',
    },
    paste: 'Haben Sie einen Link? Fügen Sie ihn hier ein',
    open: 'Öffnen',
  },
  facts: {
    files: { one: '{count} Datei', other: '{count} Dateien' },
    sealed: 'Versiegelt',
    sealedHint: 'Vor dem Teilen verschlüsselt: Niemand dazwischen kann es lesen.',
  },
  state: {
    starting: 'Wird gestartet …',
    looking: 'Suche nach jemandem, der es hat …',
    senderOffline: 'Der Absender ist offline',
    nobody:
      'Gerade ist niemand online, der es hat: Das Gerät des Absenders ist aus oder hat es pausiert. Lassen Sie diese Seite offen: Es geht von selbst weiter, sobald jemand zurück ist.',
    noTracker:
      'Der Tracker {name} ist nicht erreichbar: Er oder das Gerät des Absenders ist vielleicht aus. Es wird automatisch weiter versucht; prüfen Sie Ihre Verbindung.',
    noTrackers:
      'Dieser Link enthält keinen Tracker, den ein Browser verwenden kann. Bitten Sie um einen Link von Shoal, oder fügen Sie ihn Ihrem Knoten hinzu.',
    unable:
      'Dieser Browser kann keine Dateien mit anderen Geräten austauschen. Aktualisieren Sie ihn (Firefox: ab 153), verwenden Sie einen anderen, oder fügen Sie dies Ihrem Knoten hinzu.',
    offline:
      'Sie sind offline. Heruntergeladenes bleibt erhalten; der Download geht weiter, sobald Sie online sind.',
    checking: 'Heruntergeladenes wird geprüft …',
    ready: 'Bereit zum Herunterladen',
    downloading: 'Wird heruntergeladen',
    waiting:
      'Gerade ist niemand online, der den Rest hat: Das Gerät des Absenders ist aus oder hat es pausiert. Geladene Daten bleiben erhalten; es geht von selbst weiter, sobald jemand zurück ist.',
    paused: 'Pausiert',
    complete: 'Vollständig und geprüft',
    someComplete: 'Ihre Auswahl ist vollständig und geprüft',
    error: 'Angehalten',
  },
  faults: {
    tooLarge:
      'Dafür werden {needed} gebraucht, und Ihr Browser hat für diese Website noch {free} frei. Wählen Sie weniger Dateien aus, schaffen Sie Platz, oder fügen Sie es Ihrem Knoten hinzu.',
  },
  partFailed:
    'Ein Teil dieser Seite konnte nicht geladen werden. Übertragungen laufen weiter; laden Sie die Seite neu, wenn Sie online sind.',
  actions: {
    reload: 'Neu laden',
    download: '{size} herunterladen',
    downloadRest: 'Die anderen {size} herunterladen',
    downloadAll: 'Herunterladen',
    pause: 'Pausieren',
    resume: 'Fortsetzen',
    retry: 'Erneut versuchen',
    save: 'Speichern',
    saveAll: 'Alles speichern',
    saveFile: '{name} speichern',
    play: '{name} abspielen',
    show: '{name} ansehen',
    forget: 'Löschen',
    cancel: 'Abbrechen',
    close: 'Schließen',
    copy: 'Link kopieren',
    copied: 'Kopiert',
    send: 'Senden …',
    qr: 'QR-Code',
  },
  progress: {
    label: 'Heruntergeladen',
    of: '{have} von {all}',
    left: 'noch {time}',
    pieces: 'Teile',
  },
  files: {
    title: 'Dateien',
    choose: '{name} herunterladen',
    all: 'Alle Dateien',
    here: '{share} heruntergeladen',
    more: { one: '{count} weitere anzeigen', other: '{count} weitere anzeigen' },
  },
  saving: {
    running: '{name} wird gespeichert: {done}',
    done: '{name} ist gespeichert.',
    failed: '{name} konnte nicht gespeichert werden: {why}',
    started: 'Ihr Browser speichert {name}. Lassen Sie diese Seite offen, bis er fertig ist.',
    taken: 'Ihr Browser speichert {name}.',
  },
  peers: {
    title: 'Wer es hat',
    webrtc: 'Browser-Verbindung',
    webseed: 'Webserver',
    tcp: 'TCP',
    recognized: 'Schlüssel geprüft',
    unknownClient: 'unbekanntes Programm',
    has: 'hat {share}',
    sent: '{bytes} gesendet',
    down: '{rate} von dort',
    up: '{rate} dorthin',
    nobody: 'Gerade ist niemand verbunden',
    connected: { one: '{count} Gerät verbunden', other: '{count} Geräte verbunden' },
    seeds: { one: '{count} Gerät hat alles', other: '{count} Geräte haben alles' },
    some: {
      one: '{count} Gerät verbunden, {seeds} davon vollständig',
      other: '{count} Geräte verbunden, {seeds} davon vollständig',
    },
  },
  pass: {
    title: 'Weitergeben',
    everyone: 'Alle mit diesem Link können es bekommen, von Ihnen oder von anderen, die es haben.',
    network:
      'Alle in diesem Netzwerk mit diesem Link können es bekommen, von Ihnen oder von anderen, die es haben.',
    machine: 'Dieser Link funktioniert nur auf diesem Rechner: Kein anderer erreicht seine Adresse.',
    passphrase:
      'Andere brauchen diesen Link und die Passphrase, um es zu öffnen. Senden Sie beides getrennt.',
    recipient: 'Nur die, für die es versiegelt ist, können es öffnen: mit diesem Link und ihrem Schlüssel.',
    label: 'Link zu dieser Freigabe',
    qr: 'QR-Code des Links',
  },
  storage: {
    title: 'In diesem Browser gespeichert',
    used: '{used} von {quota} belegt',
    memory:
      'Dieses Fenster speichert nichts: Downloads gehen verloren, wenn Sie es schließen, außer Sie speichern sie vorher.',
    empty: 'Noch nichts.',
    forgetHint: 'Löscht es aus diesem Browser. Anderswo gespeicherte Dateien bleiben.',
  },
  node: {
    title: 'Zu Ihrem Knoten hinzufügen',
    hint: 'Ein Shoal-Knoten auf Ihrem Rechner oder Server lädt es herunter, auch wenn diese Seite geschlossen ist.',
    address: 'Adresse Ihres Knotens',
    open: 'Zum Knoten hinzufügen',
    added: 'Zu Ihrem Knoten hinzugefügt: siehe seine Konsole',
    magnet: 'In einem anderen BitTorrent-Programm öffnen (Magnet-Link)',
    wrong: 'Geben Sie eine Adresse wie http://127.0.0.1:8420 ein',
  },
}

export default sharePage
