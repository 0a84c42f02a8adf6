/** German words for torrents and their peers: the same in every interface. */
export default {
  sourceKinds: {
    tcp: 'TCP',
    utp: 'uTP',
    webrtc: 'WebRTC',
    libp2p: 'libp2p',
    webseed: 'Web-Seed',
    ftp: 'FTP',
    disk: 'Von der Platte kopiert',
    other: 'Andere',
  },
  transfer: {
    flags: 'Flags',
    down: 'Download',
    up: 'Upload',
    downloaded: 'Heruntergeladen',
    uploaded: 'Hochgeladen',
  },
  trackers: {
    state: 'Status',
    peers: 'Peers',
    seeds: 'Seeds',
    leeches: 'Leecher',
  },
  metadata: {
    comment: 'Kommentar',
    createdBy: 'Erstellt mit',
    created: 'Erstellt',
    infoHashV1: 'Info-Hash v1',
    infoHashV2: 'Info-Hash v2',
    contentId: 'Content-ID',
    private: 'Privat',
    version: 'Version',
    pieces: 'Teile',
    source: 'Quelle',
  },
  why: {
    'no-peers':
      'Kein Peer ist verbunden. Jemand, der den Inhalt hat, muss online sein: Dann geht der Download von selbst weiter. Ein weiterer Tracker oder die Adresse eines Peers kann helfen.',
    'tracker-error': {
      one: 'Kein Peer ist verbunden, und der Tracker antwortet nicht richtig: {message}. Prüfen Sie Ihre Verbindung und die Adresse des Trackers, oder fügen Sie einen weiteren hinzu. Er wird von selbst erneut gefragt.',
      other:
        'Kein Peer ist verbunden, und keiner der {count} Tracker antwortet richtig: {message}. Prüfen Sie Ihre Verbindung und die Adressen, oder fügen Sie einen weiteren Tracker hinzu. Sie werden von selbst erneut gefragt.',
    },
    unreachable: {
      one: 'Der Tracker antwortet nicht richtig, sodass andere diesen Torrent nicht finden: {message}. Prüfen Sie Ihre Verbindung und die Adresse des Trackers.',
      other:
        'Keiner der {count} Tracker antwortet richtig, sodass andere diesen Torrent nicht finden: {message}. Prüfen Sie Ihre Verbindung und die Adressen.',
    },
    stalled:
      'Peers sind verbunden, aber seit einer Minute kommt nichts an: Ihnen fehlt dasselbe, oder sie bedienen zuerst andere. Weitere Peers können helfen.',
    checking: 'Die Dateien werden geprüft. Danach geht es von selbst weiter.',
  },
  askedRecently: {
    one: 'Einige Tracker wurden erst kürzlich gefragt: Der letzte davon wird in {count} Sekunde wieder gefragt',
    other:
      'Einige Tracker wurden erst kürzlich gefragt: Der letzte davon wird in {count} Sekunden wieder gefragt',
  },
  trust: {
    gave: 'geprüfte Daten, die er gegeben hat',
    confirmed: 'Quittungen für Daten, die er genommen hat',
    uptime: 'Dauer der Verbindung',
    promises: 'Anfragen, die er beantwortet oder ignoriert hat',
    'failed-pieces': 'falsche Teile',
    junk: 'fehlerhafte Nachrichten',
    neighbors: 'Fehlverhalten anderer in seinem Netz',
  },
  refusals: {
    'bad-message': 'kaputte Nachrichten',
    forged: 'Fälschungen',
    replayed: 'alte Fassungen',
    flood: 'Fluten',
    unasked: 'Antworten ohne Frage',
    full: 'ohne Platz',
  },
}
