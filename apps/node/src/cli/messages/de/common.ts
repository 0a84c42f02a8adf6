import type { Translation } from '@shoal/messages'
import type { common as original } from '../en/common.ts'

export const common: Translation<typeof original> = {
  help: {
    usage: 'Aufruf: {line} [Optionen]',
    intro:
      'Dateien direkt mit anderen und mit jedem BitTorrent-Programm austauschen. Ohne Befehl öffnet sich in einem Terminal eine Shell.',
    command: 'BEFEHL',
    options: 'Optionen:',
    example: 'Beispiel:',
    examples: 'Beispiele:',
    more: '{shoal} BEFEHL --help zeigt die Optionen eines Befehls mit Beispielen. Mit --json ist die Ausgabe für Programme lesbar. --lang en stellt auf Englisch um.',
    exitCodes:
      'Exit-Codes: 0 Erfolg, 1 Fehler, 2 falscher Aufruf, 78 start kann mit dieser Konfiguration nicht arbeiten (zum Beispiel, weil ein Port belegt ist), 130 mit Strg-C abgebrochen.',
    see: 'Siehe: {line} --help',
  },
  groups: {
    node: 'Der Knoten auf diesem Rechner:',
    torrents: 'Torrents eines laufenden Knotens:',
    manage: 'Einen laufenden Knoten verwalten:',
    alone: 'Ohne Knoten:',
  },
  options: {
    json: 'JSON ausgeben: ein Objekt, oder eines pro Zeile, solange der Befehl läuft',
    verbose: 'Die Aktivität von Peers und Trackern auf der Standardfehlerausgabe anzeigen',
    lang: 'Sprache: {languages}. Standard: SHOAL_LANG, sonst die Locale',
    help: 'Diese Hilfe anzeigen',
    version: 'Die Version anzeigen',
  },
  nodeOptions: {
    node: 'Zu verwendender Knoten: http://HOST:PORT. Standard: SHOAL_NODE, sonst der Knoten von --data-dir',
    optionalNode: 'Diesen Knoten beauftragen: http://HOST:PORT, oder „local“ für den Knoten von --data-dir',
    token: 'Zugriffstoken des Knotens. Sicherer in SHOAL_TOKEN, wo andere Benutzer es nicht sehen',
    username: 'Benutzername; erfordert --password-file. Standard: SHOAL_USERNAME',
    passwordFile: 'Datei mit dem Passwort in der ersten Zeile. Standard: SHOAL_PASSWORD_FILE',
    dataDir: 'Datenordner eines Knotens auf diesem Rechner. Standard: SHOAL_DATA_DIR',
  },
  networkOptions: {
    modeWithoutProxy: '--proxy-mode gehört zu einem Proxy: Geben Sie auch --proxy an',
    nodeWithoutDht:
      '--dht-node tritt dem DHT bei, den --no-dht ausschaltet: Geben Sie nur eins von beiden an',
    nodeBehindRoute:
      '--network-node öffnet Verbindungen, die weder Proxy noch Schnittstelle übertragen: Lassen Sie eins von beiden weg',
    portTaken:
      'Der {protocol}-Port {port} ist belegt: Wählen Sie mit --port einen anderen, oder mit --port 0 einen freien',
    nodeWithoutNetwork:
      '--network-node tritt dem Shoal-Netz bei, das --no-network auslässt: Geben Sie nur eins von beiden an',
    port: 'Port für eingehende Peers; 0 für einen beliebigen. Standard: 6881, oder ein beliebiger, wenn dieser belegt ist',
    host: 'Peers nur auf dieser Adresse annehmen',
    noDht: 'Das DHT nicht verwenden',
    dhtNode: 'Dem DHT über diesen Knoten statt über die bekannten beitreten',
    noLsd: 'Nicht im lokalen Netz nach Peers suchen',
    noPortMapping: 'Router nicht bitten, den Port für andere zu öffnen (PCP, NAT-PMP, UPnP)',
    noPex: 'Keine Peers mit anderen Peers austauschen',
    noNetwork: 'Dem Shoal-Netz nicht beitreten',
    noTrackers: 'Sich nicht bei Trackern melden',
    noUtp: 'Keine Verbindungen über uTP, nur über TCP',
    noWebrtc: 'Keine Verbindungen zu Peers in Browsern (WebRTC)',
    iceServer:
      'STUN- oder TURN-Server, der WebRTC durch Firewalls hilft: stun:HOST:PORT, turn:USER:SECRET@HOST:PORT',
    encryption: 'Verschlüsselung der Peer-Verbindungen: plain, prefer (Standard) oder require',
    ipFilter: 'Liste von Adressen, zu deren Peers keine Verbindungen bestehen dürfen: .dat, .p2p oder Netze',
    proxy:
      'Diesen Proxy verwenden: socks5://USER:PASSWORD@HOST:PORT oder http://…, auch ohne Namen und Passwort',
    proxyMode: 'strict: Nichts geht am Proxy vorbei. prefer (Standard): Direkt, was er nicht weiterleitet',
    badProxy: '--proxy: {reason}',
    interface:
      'Nur diese Netzwerkschnittstelle verwenden, auch per Adresse; fehlt sie, wird nichts übertragen',
    dnsServer: 'Diesen DNS-Server durch die Schnittstelle fragen. Standard: die des Systems',
    badInterface: '--interface: {reason}',
    dnsWithoutInterface: '--dns-server gilt nur zusammen mit --interface',
    limitDown: 'Downloadrate begrenzen: 2MB, 500KiB (pro Sekunde)',
    limitUp: 'Uploadrate begrenzen',
    maxPeers: 'Höchstzahl der Verbindungen. Standard: 500',
    iceWithoutWebrtc: '--ice-server hat mit --no-webrtc keine Wirkung: Lassen Sie eines davon weg',
    tooManyIceServers: '--ice-server: Höchstens {most} sind möglich',
    badIceServer:
      '--ice-server: Schreiben Sie einen Server als stun:host:port oder turn:user:secret@host:port',
  },
  torrentOptions: {
    v1: 'Einen v1-Torrent erstellen, für Programme von vor 2020',
    v2: 'Einen v2-Torrent erstellen. Standard: hybrid, für alle Programme',
    tracker:
      'Diesen Tracker verwenden: udp://, http(s):// oder ws(s)://. Kommas fassen Tracker zu einer Stufe zusammen',
    webSeed: 'Auch von diesem Web- oder FTP-Server herunterladen (Web-Seed): http(s)://, ftp://',
    private: 'Peers nur über die Tracker des Torrents finden (privater Torrent)',
    pieceLength: 'Teilgröße: eine Zweierpotenz ab 16KiB. Standard: je nach Größe',
    comment: 'Kommentar, den alle lesen können',
    source: 'Quellenangabe, die den Info-Hash ändert, wie es private Tracker verlangen',
    name: 'Name, den andere sehen. Standard: der Name der Datei oder des Ordners',
    hidden: 'Auch versteckte Dateien und Ordner, deren Namen mit einem Punkt beginnen. Standard: auslassen',
    keepLinks: 'Symbolische Links behalten, die innerhalb des Ordners bleiben. Standard: ablehnen',
  },
  shareOptions: {
    page: 'Auch einen Link ausgeben, der sich mit dieser Seite in jedem Browser öffnet: https://host/',
    pageWithPassword:
      'Die Adresse einer Seite darf weder Benutzernamen noch Passwort enthalten: Alle, die den Link bekommen, könnten sie lesen',
    badPage:
      '„{text}“ ist nicht die Adresse einer Seite: Schreiben Sie https://host/ oder http://host:8420/share/',
    seal: 'Den Inhalt zuerst verschlüsseln. Der Schlüssel steht im Link, außer mit --passphrase oder --to',
    passphrase: 'Mit --seal: mit einer Passphrase versiegeln, die abgefragt wird',
    passphraseFile:
      'Mit --seal: mit der Passphrase in der ersten Zeile dieser Datei versiegeln; - für die Standardeingabe',
    to: 'Mit --seal: für diesen öffentlichen Schlüssel versiegeln, age1… oder did:key:…',
    out: 'Mit --seal: die versiegelte Datei in diesem Ordner behalten. Standard: Sie wird am Ende gelöscht',
    weakPassphrase: 'Auch eine Passphrase annehmen, die leicht zu erraten ist',
    weakNeedsPassphrase: '--weak-passphrase erfordert --passphrase oder --passphrase-file',
    needSeal: '--passphrase, --passphrase-file, --to und --out erfordern --seal',
    passphraseOrTo:
      'Geben Sie entweder eine Passphrase oder --to an: Für beides zugleich lässt sich nicht versiegeln',
  },
  unlockOptions: {
    sealedOnly: '{option} gilt nur für versiegelte Freigaben',
    keyInLink: '{option} ist nicht nötig: Der Schlüssel steht im Link',
    byPassphrase: '{option} öffnet diese Freigabe nicht: Das tut eine Passphrase',
    passphraseFile:
      'Datei, deren erste Zeile die Passphrase der versiegelten Freigabe oder der Schlüsseldatei ist; - für die Standardeingabe. Standard: Sie wird abgefragt',
    keyFile:
      'Ihre Schlüsseldatei, von shoal key oder age-keygen, für Freigaben, die für Sie versiegelt sind. Standard: die von shoal key',
  },
  argument: {
    torrent: 'der Torrent: sein Info-Hash, mindestens dessen erste 4 Stellen, oder ein Teil des Namens',
    torrents:
      'die Torrents: jeweils der Info-Hash, mindestens dessen erste 4 Stellen, oder ein Teil des Namens; „all“ für alle',
    link: 'ein Magnet-Link, Info-Hash, eine Content-ID, Pfad oder URL einer .torrent-Datei, oder ein Freigabe-Link in Anführungszeichen',
    path: 'die Datei oder der Ordner',
  },
  run: {
    stopped: 'Abgebrochen',
    stopping: 'Wird beendet …',
    unknownCommand: 'Den Befehl „{typed}“ gibt es nicht',
    unknownCommandMeant: 'Den Befehl „{typed}“ gibt es nicht. Meinten Sie {meant}?',
    unknownCommandLink:
      'Den Befehl „{typed}“ gibt es nicht. Zum Herunterladen schreiben Sie {shoal} get LINK',
    notOneOf: '„{name}“ ist nicht möglich, nur {names}',
    notOneOfMeant: '„{name}“ ist nicht möglich, nur {names}. Meinten Sie {meant}?',
    argumentMissing: '{name} fehlt',
    unexpected: 'Unerwartetes Argument „{word}“',
    optionOf: '{option} gehört nicht zu {action}',
    languageOfShell:
      'Die Sprache der Shell lässt sich nicht ändern: Verlassen Sie sie und rufen Sie {shoal} --lang {language} auf',
  },
  ask: {
    yes: '[j/N]',
    yesPattern: '^(j|ja|y|yes)$',
    passphraseAgain: '{question}, noch einmal',
    emptyInput: 'Die Passphrase ist leer',
    weak: 'Diese Passphrase ist leicht zu erraten: Nehmen Sie sechs zufällige Wörter ({shoal} passphrase erzeugt sie), oder geben Sie --weak-passphrase an',
    emptyFile: 'Die erste Zeile von {file} ist leer',
    different: 'Die beiden Passphrasen sind verschieden: Versuchen Sie es noch einmal',
    stdinIsTerminal: '{option} - liest aus einer Pipe: Lassen Sie es weg, um gefragt zu werden',
    cannotAsk: 'Ohne Terminal kann die Passphrase nicht abgefragt werden: Geben Sie {option} FILE an',
    sharePassphrase: 'Passphrase der Freigabe',
    newSharePassphrase: 'Passphrase für die Freigabe',
    filePassphrase: 'Passphrase von {file}',
    newFilePassphrase: 'Passphrase für die Schlüsseldatei',
    link: 'Link',
  },
  parse: {
    sizeHelp: 'Schreiben Sie 500KiB, 2MB oder 1.5G (k, M, G, T: Tausender; Ki, Mi, Gi, Ti: je 1024)',
    notSize: '„{text}“ ist keine Größe. {help}',
    hugeSize: '„{text}“ ist mehr, als auf irgendeinen Datenträger passt',
    notRate: '„{text}“ ist keine Rate. {help}, pro Sekunde',
    notPieceLength: '„{text}“ ist keine Zweierpotenz von 16KiB bis 256MiB: {near} kommt dem am nächsten',
    notDuration: '„{text}“ ist keine Dauer: Schreiben Sie 30s, 10m oder 1h',
    notRange:
      '„{item}“ ist weder die Nummer einer Datei noch ein Bereich: Schreiben Sie 0,2-4 (Nummern wie bei info und files)',
    notRatio: '„{text}“ ist kein Verhältnis: Schreiben Sie 2, 1.5, never oder default',
    notPriority:
      '„{text}“ ist keine Priorität: Schreiben Sie 0,2-4=high, mit no, low, normal, high oder 0 bis 7',
    priorityOfAll:
      'Geben Sie die Nummern der Dateien an, 0,2-4=high; {shoal} files setzt die Priorität von allen',
    settingAmbiguous: '„{word}“ ist mehrdeutig: {names}',
    settingUnknown: 'Die Einstellung „{word}“ gibt es nicht: {shoal} settings zeigt alle',
    settingMeant: 'Die Einstellung „{word}“ gibt es nicht. Meinten Sie {meant}?',
    settingValue: '{name}: „{text}“ ist nicht möglich: {problem}',
    settingValueSuch: '{name}: „{text}“ ist nicht möglich: {problem}. Schreiben Sie eine Liste wie {example}',
    settingOther: 'Hier steht ein anderer Wert',
    settingSwitch: 'Schreiben Sie on oder off',
    settingPair: '„{pair}“ hat keinen Wert: Schreiben Sie NAME=WERT, zum Beispiel limits.alternative=on',
    settingGroup: {
      one: '{name} ist {count} Einstellung',
      other: '{name} sind {count} Einstellungen: Nennen Sie eine davon',
    },
    openQuote: 'Ein Anführungszeichen ist nicht geschlossen: {quote}',
    backslash: 'Die Zeile endet mit einem Backslash',
  },
  fileErrors: {
    notFound: '{path}: Diese Datei oder diesen Ordner gibt es nicht',
    notFoundOrEmpty: '{path}: Diese Datei oder diesen Ordner gibt es nicht, oder der Ordner ist leer',
    notFolder: '{path}: Ein Teil des Pfads ist eine Datei, kein Ordner',
    isFolder: '{path}: Das ist ein Ordner: Geben Sie eine Datei an',
    noPermission:
      '{path}: Zugriff verweigert: Ändern Sie die Zugriffsrechte oder wählen Sie einen anderen Ort',
    readOnly: '{path}: Das Dateisystem ist schreibgeschützt: Wählen Sie einen anderen Ort',
    noSpace:
      '{path}: Der Datenträger ist voll: Geben Sie Speicherplatz frei und versuchen Sie es noch einmal',
    noQuota:
      '{path}: Ihr Kontingent ist erschöpft: Geben Sie Speicherplatz frei und versuchen Sie es noch einmal',
    exists: '{path} gibt es schon: Wählen Sie einen anderen Namen, oder ersetzen Sie die Datei mit --replace',
    longName: '{path}: Der Name ist zu lang für das Dateisystem: Wählen Sie einen kürzeren',
  },
  format: {
    years: 'Jahre',
    decimal: ',',
    day: '{day}.{month}.{year}',
    unlimited: 'unbegrenzt',
    or: ' oder ',
    files: { one: '{count} Datei', other: '{count} Dateien' },
    torrents: { one: '{count} Torrent', other: '{count} Torrents' },
    peers: { one: '{count} Peer', other: '{count} Peers' },
    seeds: { one: '{count} Seed', other: '{count} Seeds' },
    links: { one: '{count} Link', other: '{count} Links' },
  },
  states: {
    metadata: 'Metadaten',
    checking: 'wird geprüft',
    downloading: 'lädt',
    seeding: 'seedet',
    paused: 'pausiert',
    queued: 'in Warteschlange',
    complete: 'pausiert, nicht geteilt',
    moving: 'wird verschoben',
    error: 'Fehler',
    closed: 'beendet',
  },
  reasons: {
    'no-peers': 'keine Peers',
    'tracker-error': 'Tracker-Fehler',
    stalled: 'steht still',
    'changed-files': 'Dateien geändert',
    'no-route': 'keine Route',
  },
  trackerStates: { idle: 'inaktiv', working: 'wird gefragt', ok: 'in Ordnung', failed: 'Fehler' },
  progress: {
    fileAvoided: '{path} existiert und ist eine andere Datei: gespeichert als {storedAs}',
    filesChanged:
      'auf dem Datenträger geändert und nicht mehr richtig: {files}. Was fehlt, wird erneut heruntergeladen.',
    metadata: 'Metadaten werden abgerufen',
    checking: 'wird geprüft',
    hashing: 'Prüfsummen werden berechnet',
    moving: 'wird verschoben',
    seeding: 'seedet',
    paused: 'pausiert',
    queued: 'in Warteschlange',
    complete: 'vollständig',
    closed: 'beendet',
    failed: 'fehlgeschlagen',
    timeLeft: 'noch {time}',
    down: 'Download {rate}',
    up: 'Upload {rate}',
    more: {
      one: 'und {count} weiterer; insgesamt Download {down}, Upload {up}',
      other: 'und {count} weitere; insgesamt Download {down}, Upload {up}',
    },
    working: {
      one: '{count} aktiv: {progress}, {rate}, {peers}',
      other: '{count} aktiv: {progress}, {rate}, {peers}',
    },
    opening: 'Öffnen',
    sealing: 'Versiegeln',
  },
}
