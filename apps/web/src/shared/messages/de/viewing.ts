import type { Translation } from '@shoal/messages'
import type english from '../en/viewing.ts'

const media: Translation<typeof english.media> = {
  close: 'Schließen',
  download: 'Herunterladen',
  playlist: 'Wiedergabeliste für einen Player',
  previous: 'Vorherige',
  next: 'Nächste',
  place: '{at} von {of}',
  loading: 'Wird geladen …',
  buffering: 'Dieser Abschnitt wird zuerst geholt …',
  here: '{percent} heruntergeladen. Der laufende Abschnitt wird zuerst geholt.',
  speed: 'Geschwindigkeit',
  normalSpeed: 'Normale Geschwindigkeit',
  speedOf: '{speed}-fache Geschwindigkeit',
  noSubtitles: 'Die Untertitel {name} konnten nicht gelesen werden.',
  keys: 'Leertaste: abspielen und anhalten. J und L: zehn Sekunden springen, Pfeiltasten: fünf. < und >: Geschwindigkeit, C: Untertitel, M: Ton, F: Vollbild.',
  cannotPlay: 'Dieser Browser kann diese Art von Datei nicht abspielen',
  cannotPlayHelp:
    'Ein Player wie VLC oder mpv kann es: Öffnen Sie die Wiedergabeliste darin. Sie läuft schon, während die Datei noch heruntergeladen wird.',
  cannotShow: 'Für diese Art von Datei gibt es keine Vorschau',
  cannotShowHelp: 'Laden Sie sie herunter, um sie in einem anderen Programm zu öffnen.',
  cannotRead: 'Die Datei konnte nicht gelesen werden',
  cannotReadHelp: 'Prüfen Sie, ob der Torrent läuft und Peers hat, und versuchen Sie es erneut.',
  retry: 'Erneut versuchen',
  cut: 'Angezeigt werden die ersten {shown} von {whole}.',
  binary: 'Das ist keine Textdatei. Laden Sie sie herunter, um sie in einem anderen Programm zu öffnen.',
  source: 'Quelltext',
  wrap: 'Zeilen umbrechen',
  pdf: 'Ein PDF-Dokument',
  pdfHelp:
    'Laden Sie es herunter, um es zu lesen. Dokumente von Fremden können Skripte enthalten, darum wird es nicht auf der Seite Ihres Knotens geöffnet.',
}

const charts: Translation<typeof english.charts> = {
  download: 'Download',
  upload: 'Upload',
  downloaded: 'Heruntergeladen',
  uploaded: 'Hochgeladen',
  time: 'Zeit',
  table: 'Tabelle',
  none: 'Keine',
  others: 'Andere',
  nothing: 'Noch nichts',
  reads: '{what}: Werte mit den Pfeiltasten ablesen',
  reading: '{time}: Download {down}, Upload {up}',
}

const pieces: Translation<typeof english.pieces> = {
  title: 'Teile',
  have: 'Heruntergeladen',
  missing: 'Fehlt; je kräftiger die Farbe, desto mehr Peers haben es',
  unavailable: 'Fehlt; kein verbundener Peer hat es',
  missingAlone: 'Fehlt',
  none: 'Die Teile erscheinen, sobald die Metadaten da sind.',
  summary: {
    all: { one: 'Das einzige Teil ist heruntergeladen.', other: 'Alle {count} Teile sind heruntergeladen.' },
    some: {
      one: '{have} von {count} Teil heruntergeladen.',
      other: '{have} von {count} Teilen heruntergeladen.',
    },
    alone: 'Kein verbundener Peer hat mehr.',
    unavailable: {
      one: '{count} Teil fehlt allen verbundenen Peers.',
      other: '{count} Teile fehlen allen verbundenen Peers.',
    },
    rarest: {
      one: '{count} Peer hat das seltenste fehlende Teil.',
      other: '{count} Peers haben das seltenste fehlende Teil.',
    },
  },
  cell: {
    piece: 'Teil {number}',
    pieces: 'Teile {first} bis {last}',
    downloaded: '{where}: heruntergeladen',
    unavailable: '{where}: kein verbundener Peer hat es',
    missing: { one: '{where}: {count} Peer hat es', other: '{where}: {count} Peers haben es' },
    rarestUnavailable: '{where}: {have} heruntergeladen; das seltenste fehlende hat kein verbundener Peer',
    rarest: {
      one: '{where}: {have} heruntergeladen; das seltenste fehlende hat {count} Peer',
      other: '{where}: {have} heruntergeladen; das seltenste fehlende haben {count} Peers',
    },
  },
  copies: 'Kopien im Schwarm',
  copiesHint:
    'Vollständige Kopien unter den verbundenen Peers. Unter 1 können sie den Download nicht allein vervollständigen.',
}

export default { media, charts, pieces }
