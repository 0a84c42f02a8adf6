import words from '@shoal/api/torrent-texts/de'
import type { Translation } from '@shoal/messages'
import type { alone as original } from '../en/alone.ts'

export const alone: Translation<typeof original> = {
  share: {
    summary: 'Einen Ordner und alles darin teilen',
    about:
      'Legt den Ordner an, wenn es ihn nicht gibt, teilt jede Datei und jeden Ordner darin als eigenen Torrent und gibt die Magnet-Links aus. Neue Dateien werden ebenfalls geteilt, geänderte erneut, entfernte nicht mehr. Unfertige Downloads von {shoal} get in diesem Ordner werden vervollständigt und geteilt. Ausgelassen und gemeldet wird, was Ihr Knoten verwaltet (mit --data-dir auch ein anderer), was versiegelt wurde samt Originalen, unfertige Dateien von Browsern und anderen Programmen sowie versteckte Dateien und Ordner. Strg-C beendet das Teilen.\n\nPrüfsummen bleiben im Statusordner, damit unveränderte Dateien nicht erneut gelesen werden: SHOAL_STATE, sonst ~/.local/state/shoal (Linux), ~/Library/Application Support/Shoal (macOS) oder %LOCALAPPDATA%\\Shoal (Windows).',
    options: { dir: 'Ordner, der geteilt wird. Standard: ~/Shoal' },
    examples: {
      plain: 'Teilt alles in ~/Shoal',
      dir: 'Teilt den Ordner Public und lädt höchstens 1.000.000 Byte pro Sekunde hoch',
    },
    listening: '{directory} wird auf Port {port} geteilt, auch was Sie noch hineinlegen. Beenden mit Strg-C',
    empty: 'Der Ordner ist leer',
    refused: 'Wird nicht geteilt: {reason}',
    leftOut: {
      hidden: {
        one: 'Ausgelassen: {names}, da versteckt. Mit --hidden wird es geteilt',
        other: 'Ausgelassen: {names}, da versteckt. Mit --hidden werden sie geteilt',
      },
      unfinished: {
        one: 'Ausgelassen: {names}, da nicht vollständig heruntergeladen',
        other: 'Ausgelassen: {names}, da nicht vollständig heruntergeladen',
      },
      managed: {
        one: 'Ausgelassen: {names}, da Ihr Knoten es verwaltet',
        other: 'Ausgelassen: {names}, da Ihr Knoten sie verwaltet',
      },
      sealed: { one: 'Ausgelassen: {names}, da versiegelt', other: 'Ausgelassen: {names}, da versiegelt' },
    },
    gone: 'Wird nicht mehr geteilt: {name} wurde entfernt',
    changed: '{name} hat sich geändert und wird erneut geteilt',
    sharing: 'Wird geteilt: {name} ({size})',
    partOfTorrent:
      '{progress} von {name} sind in {directory}: {shoal} check zeigt, was fehlt oder abweicht, {shoal} get lädt es herunter',
  },
  get: {
    summary:
      'Von einem Magnet-Link, Info-Hash, einer Content-ID, .torrent-Datei, einem Freigabe-Link oder veröffentlichten Link herunterladen',
    about:
      'Lädt in einen Ordner herunter, überprüft jedes Teil und endet, wenn der Download fertig ist; mit --seed wird danach bis Strg-C weiter geteilt. Vorhandene Dateien aus einem früheren Lauf oder anderer Quelle werden verwendet: Derselbe Befehl setzt einen abgebrochenen Download fort.\n\nMit --node lädt ein laufender Knoten herunter und teilt weiter; die Grenzen gelten dann für diesen Torrent.\n\nEine versiegelte Freigabe wird geöffnet, sobald sie vollständig ist. Die versiegelte Datei wird danach gelöscht, außer mit --seed. Ein falscher Schlüssel oder eine falsche Passphrase wird vor dem Download gemeldet.\n\nEin veröffentlichter Link (magnet:?xs=urn:btpk:…) führt zu dem Torrent, den sein Besitzer derzeit nennt, was im DHT nachgeschlagen wird. {shoal} follow holt auch die späteren.\n\nOhne -o kommt der Download in den Ordner Shoal in Ihrem persönlichen Ordner, den {shoal} share teilt.',
    options: {
      out: 'Zielordner. Standard: ~/Shoal',
      peer: 'Mit diesem Peer verbinden',
      tracker: 'Auch diesen Tracker verwenden (nicht bei privaten Torrents)',
      webSeed: 'Auch von diesem Web- oder FTP-Server herunterladen (Web-Seed): http(s)://, ftp://',
      select: 'Nur diese Dateien herunterladen, nummeriert wie bei {shoal} info: 0,2-4',
      sequential: 'Der Reihe nach herunterladen, um sofort ansehen oder anhören zu können',
      preallocate:
        'Den Speicherplatz jeder Datei sofort reservieren, damit ein voller Datenträger früh auffällt',
      seed: 'Nach dem Download weiter teilen (seeden)',
      networkNode:
        'Dem Shoal-Netz auch über diesen Knoten beitreten: /ip4/203.0.113.7/tcp/6882. Es findet ohne Tracker, wer den Torrent hat',
      timeout: 'Nach dieser Zeit aufgeben: 30s, 10m, 1h',
    },
    examples: {
      plain: 'Lädt den Inhalt des Links herunter',
      select: 'Lädt vier seiner Dateien herunter und teilt sie danach',
    },
    stopped: 'Bei {progress} abgebrochen: Derselbe Befehl setzt den Download fort',
    noSpace: '{reason}. Fertige Teile bleiben erhalten: Derselbe Befehl setzt den Download fort',
    noMetadata:
      'Kein Peer hat innerhalb von {time} die Metadaten dieses Links geschickt: Versuchen Sie es später noch einmal, oder geben Sie --peer HOST:PORT an',
    timedOut: '{progress} fertig nach {time} ({peers}, {rate}): Derselbe Befehl setzt den Download fort',
    taken:
      'Ein anderes shoal (Prozess {pid}) lädt dies in denselben Ordner herunter: Warten Sie darauf, oder wählen Sie einen anderen Ordner',
    noFile: '--select: Eine Datei {index} gibt es nicht: Dieser Torrent hat 0 bis {last}',
    networkNodeSealed:
      '--network-node gilt für Freigaben, deren Link den Schlüssel enthält: Die anderen findet im Shoal-Netz niemand',
    selectSealed: '--select ist bei einer versiegelten Freigabe nicht möglich: Sie wird als Ganzes geöffnet',
    understood:
      'ein Magnet-Link (magnet:?xt=…), ein Info-Hash (40 oder 64 Hex-Ziffern, oder 32 Base32-Zeichen), eine Content-ID (baf5r…), ein veröffentlichter Link (magnet:?xs=urn:btpk:…), Pfad oder http(s)-URL einer .torrent-Datei, oder ein Freigabe-Link in Anführungszeichen',
    unknown: '{link} lässt sich nicht herunterladen. Möglich sind: {understood}',
    nothing: 'Nichts',
    publishedLookup: 'Der veröffentlichte Link wird im DHT nachgeschlagen',
    publishedFound: 'Version {version} des Links ist der Torrent {infoHash}',
    publishedNotFound:
      'Das DHT hatte innerhalb von {time} keine Version dieses veröffentlichten Links: Prüfen Sie den Link, oder versuchen Sie es später noch einmal',
    publishedNoNodes:
      'Das DHT war innerhalb von {time} nicht erreichbar, sodass der veröffentlichte Link nicht nachgeschlagen werden konnte: Prüfen Sie das Netz, oder geben Sie --dht-node HOST:PORT an',
    publishedNoTorrent: 'Die letzte Version dieses veröffentlichten Links nennt keinen Torrent',
    publishedWithoutDht: 'Ein veröffentlichter Link wird im DHT nachgeschlagen: Lassen Sie --no-dht weg',
    publishedBehindHttp:
      'Ein veröffentlichter Link wird im DHT nachgeschlagen, das UDP braucht: Ein HTTP-Proxy leitet es nicht weiter, und im strengen Modus umgeht nichts den Proxy',
    publishedBehindProxy:
      'Das DHT war innerhalb von {time} nicht durch den Proxy erreichbar, sodass der veröffentlichte Link nicht nachgeschlagen werden konnte: Der Proxy muss UDP weiterleiten (SOCKS5)',
    publishedWithoutUdp:
      'Ein veröffentlichter Link wird im DHT nachgeschlagen, das UDP braucht: Es lässt sich hier nicht verwenden',
    plainFile:
      '{url} ist keine .torrent-Datei. Einfache Dateien lädt der laufende Knoten herunter: {shoal} add URL, oder {shoal} get URL --node local',
    cutShareLink:
      "{url} ist keine .torrent-Datei. Ein Freigabe-Link muss vollständig sein: {shoal} get 'https://…/#…', in Anführungszeichen, mit dem Teil nach #",
  },
  seed: {
    summary: 'Eine Datei oder einen Ordner teilen',
    about:
      'Erstellt aus der Datei oder dem Ordner einen Torrent, oder überprüft sie anhand eines vorhandenen (--torrent), gibt den Magnet-Link aus und teilt bis Strg-C. Dateien, die sich seit der letzten Prüfsumme nicht geändert haben, werden nicht erneut gelesen.\n\nMit --seal wird der Inhalt zuerst verschlüsselt. Lesen kann ihn nur, wer den Link, die Passphrase oder einen der Schlüssel hat; alle anderen, auch Tracker und Peers, sehen eine einzige Datei von etwa gleicher Größe. Der ausgegebene Link enthält nach dem # den Schlüssel. Die verschlüsselte Datei ist eine age-Datei mit einem tar-Archiv: age -d sealed.age | tar x öffnet sie.\n\nMit --findable finden andere es durch Suche und Inhalts-ID im Shoal-Netz, solange der Befehl läuft. Jeder kann dann den Namen lesen, ebenso Namen und Größen der Dateien. Die Beschreibung ist mit einem Schlüssel dieses Laufs signiert und wird am Ende zurückgezogen.\n\nMit --node erstellt und teilt ein laufender Knoten den Torrent; der Befehl endet, sobald er geteilt wird.',
    options: {
      torrent: 'Diese .torrent-Datei verwenden: Pfad oder URL. Standard: eine neue erstellen',
      superSeeding:
        'Jedem Peer nur einzelne Teile zeigen, bis der Schwarm eine Kopie hat (Super-Seeding, BEP 16)',
      findable: 'Andere durch Suche und Inhalts-ID im Shoal-Netz finden lassen',
      networkNode:
        'Mit --findable: dem Shoal-Netz auch über diesen Knoten beitreten: /ip4/203.0.113.7/tcp/6882',
      peer: 'Mit diesem Peer verbinden',
    },
    examples: {
      plain: 'Teilt den Ordner Photos und gibt seinen Magnet-Link aus',
      torrent: 'Teilt eine Datei, die früher heruntergeladen wurde',
      findable: 'Teilt den Ordner und lässt andere ihn so lange durch Suche finden',
      seal: 'Versiegelt den Ordner, teilt ihn und gibt den Link aus, der ihn öffnet',
      to: 'Versiegelt den Ordner so, dass ihn nur der Besitzer dieses Schlüssels öffnen kann',
    },
    listening: 'Port {port} ist offen. Beenden mit Strg-C',
    unfinished:
      '{path} ist nicht vollständig heruntergeladen: Warten Sie darauf, oder entfernen Sie den Download',
    givenTorrent:
      '--torrent beschreibt den Torrent bereits: Lassen Sie --v1, --v2, --private, --piece-length, --comment, --source, --hidden und --keep-links weg',
    findableNow: '{name} ist im Shoal-Netz zu finden',
    findableFailed: 'Im Shoal-Netz ist dies nicht zu finden: {reason}',
    neverFindable:
      'private Torrents und versiegelte Freigaben werden nie veröffentlicht, und ebenso nichts hinter einem Proxy oder auf einer eigenen Schnittstelle: lassen Sie --findable weg',
    nodeWithoutFindable: '--network-node ist nur mit --findable möglich',
    hiddenOfFile: '--hidden gilt für Ordner: Eine genannte Datei wird in jedem Fall geteilt',
    notWithSeal: '--torrent und --keep-links sind mit --seal nicht möglich',
    sharingSealed: 'Wird versiegelt geteilt: {name} ({size})',
    howToOpen:
      "Geben Sie diesen Link weiter. Er öffnet sich, wo Shoal installiert ist:\n  {shoal} get '{link}'\nFür einen Link, der sich in jedem Browser öffnet, geben Sie mit --page die Adresse einer Freigabeseite an",
  },
  unseal: {
    summary: 'Eine versiegelte Freigabe auf diesem Rechner öffnen',
    about:
      'Öffnet eine versiegelte Freigabe, die auf diesem Rechner liegt, zum Beispiel weil ein Knoten sie heruntergeladen hat, entweder ganz oder gar nicht. Auch jede andere age-Datei mit einem tar-Archiv lässt sich öffnen.\n\nVorhandene Dateien werden nie überschrieben; neue bekommen stattdessen eine Nummer.',
    file: 'die versiegelte Datei',
    options: {
      out: 'Zielordner. Standard: der aktuelle Ordner',
      linkFile:
        'Datei, deren erste Zeile der Freigabe-Link ist, wenn der Schlüssel im Link steht; - für die Standardeingabe',
    },
    examples: {
      plain: 'Öffnet sie mit der Passphrase oder Ihrer Schlüsseldatei',
      link: 'Öffnet sie mit dem Schlüssel im Link',
    },
    opened: 'Geöffnet: {what} ({files}, {size})',
    openedPart: 'Geöffnet: {what} ({files}, {size}; {links} übergangen)',
  },
  passphrase: {
    summary: 'Eine Passphrase aus sechs zufälligen Wörtern erzeugen',
    about:
      'Gibt sechs zufällige Wörter der englischen Liste von BIP 39 aus, 2048 Wörter, die sich in den ersten vier Buchstaben unterscheiden: 66 Bit. Verwenden Sie sie mit seed --seal --passphrase oder key new, die eine leicht zu erratende Passphrase ablehnen.',
    example: 'Gibt sechs Wörter aus',
  },
  key: {
    summary: 'Ihren Schlüssel erstellen und anzeigen, für den andere versiegeln',
    about:
      'Andere versiegeln Freigaben für Ihren öffentlichen Schlüssel ({shoal} seed --seal --to …), und {shoal} get öffnet sie mit Ihrem geheimen Schlüssel.\n\nnew erstellt einen Schlüssel und schreibt ihn in die Schlüsseldatei, verschlüsselt mit einer Passphrase, die abgefragt wird. show gibt den öffentlichen Schlüssel als did:key:… und als age1… aus, zum Weitergeben. export gibt den geheimen Schlüssel als Text für age -i aus; behalten Sie ihn für sich. Mit einem Freigabe-Link gibt export den Schlüssel im Link aus.\n\nwords gibt den geheimen Schlüssel als 24 Wörter aus (BIP 39): Schreiben Sie sie auf Papier, und bewahren Sie es dort auf, wo es niemand findet. restore erstellt daraus die Schlüsseldatei neu, mit einer neuen Passphrase, auch auf einem anderen Rechner.\n\nSonst lassen sich ein verlorener Schlüssel und eine vergessene Passphrase nicht wiederherstellen: Bewahren Sie die Wörter oder eine Kopie der Schlüsseldatei auf.',
    action: 'new, show, export, words oder restore',
    link: 'Bei export: ein Freigabe-Link, dessen Schlüssel ausgegeben wird',
    options: {
      keyFile: 'Schlüsseldatei. Standard: identity.age im Statusordner',
      passphraseFile:
        'Datei, deren erste Zeile die Passphrase der Schlüsseldatei ist; - für die Standardeingabe. Standard: Sie wird abgefragt',
      wordsFile:
        'Bei restore: Datei, deren erste Zeile die 24 Wörter enthält; - für die Standardeingabe. Standard: Sie werden abgefragt',
      replace: 'Bei new und restore: die vorhandene Schlüsseldatei ersetzen',
    },
    examples: {
      new: 'Erstellt Ihren Schlüssel',
      show: 'Gibt Ihren öffentlichen Schlüssel aus',
      words: 'Gibt Ihren geheimen Schlüssel als 24 Wörter aus, für Papier',
      restore: 'Erstellt die Schlüsseldatei aus den Wörtern neu',
      export: 'Schreibt Ihren geheimen Schlüssel für age -d -i key.txt',
      link: 'Schreibt den Schlüssel einer Freigabe, deren Link ihn enthält',
    },
    created: 'Ihr Schlüssel ist in {file}. Andere versiegeln für:',
    noFile:
      'In {file} ist kein Schlüssel: {shoal} key new erzeugt einen, oder nennen Sie mit --key-file einen anderen',
    askWords: 'Die 24 Wörter Ihres Schlüssels',
    bothStdin:
      '--words-file - und --passphrase-file - würden beide die Standardeingabe lesen: Geben Sie eines davon als Datei an',
    noKey: 'Der Link enthält keinen Schlüssel: Geben Sie den vollständigen Link an',
  },
  create: {
    summary: 'Eine .torrent-Datei aus einer Datei oder einem Ordner erstellen',
    about:
      'Berechnet auf allen Prozessorkernen die Prüfsummen und schreibt eine .torrent-Datei, normalerweise eine hybride, die Programme mit v1 und v2 lesen können.',
    options: {
      out: 'Zieldatei; - für die Standardausgabe. Standard: NAME.torrent im aktuellen Ordner',
      replace: 'Eine Datei dieses Namens ersetzen',
    },
    examples: {
      plain: 'Erstellt photos.torrent aus dem Ordner Photos und gibt den Magnet-Link aus',
      private: 'Erstellt film.mkv.torrent für einen privaten Tracker',
    },
    replaceStdout: '--replace gilt für Dateien, nicht für die Standardausgabe: Lassen Sie es weg',
    bothStdout:
      '--out - und --json würden beide auf die Standardausgabe schreiben: Lassen Sie eines davon weg',
    wrote: '{file} geschrieben',
  },
  info: {
    ofLinks: '{option} ist für Links, deren Metadaten von Peers kommen: Eine .torrent-Datei enthält sie',
    summary: 'Den Inhalt eines Links oder einer .torrent-Datei anzeigen',
    about:
      'Ruft bei einem Link die Metadaten (Namen, Größen, Prüfsummen) von Peers ab und lädt sonst nichts herunter. Mit --no-fetch wird nur ausgegeben, was der Link selbst enthält; Unbekanntes fehlt, in JSON ist es null.',
    options: {
      noFetch: 'Nur ausgeben, was der Link selbst enthält',
      timeout: 'Zeitgrenze für das Abrufen der Metadaten. Standard: 2m',
      peer: 'Diesen Peer fragen',
      all: 'Alle Dateien mit ihren Content-IDs auflisten',
    },
    examples: {
      json: 'Gibt alles in der .torrent-Datei als ein Objekt aus',
      timeout: 'Ruft Namen, Größen und Prüfsummen von Peers ab',
    },
    noMetadata:
      'Kein Peer hat innerhalb von {time} die Metadaten dieses Links geschickt: Versuchen Sie es später noch einmal, geben Sie --peer HOST:PORT an, oder zeigen Sie mit --no-fetch nur den Link selbst an',
    rows: {
      ...words.metadata,
      sealed: 'Versiegelt',
      name: 'Name',
      size: 'Größe',
      pieceLength: 'Teilgröße',
      hashes: 'Prüfsummen',
      trackers: 'Tracker',
      webSeeds: 'Web-Seeds',
      magnet: 'Magnet-Link',
      files: 'Dateien',
    },
    sealedTo: {
      key: 'mit einem Schlüssel im Link',
      passphrase: 'mit einer Passphrase',
      recipient: 'für Schlüssel von Empfängern',
    },
    bytes: '{size} ({bytes} Byte)',
    withoutHashes: {
      one: 'von {count} Datei fehlen: Peers senden sie',
      other: 'von {count} Dateien fehlen: Peers senden sie',
    },
    private: 'ja: Peers werden nur über seine Tracker gefunden',
    by: 'mit {program}',
    more: { one: 'und {count} weitere: --all zeigt sie', other: 'und {count} weitere: --all zeigt alle' },
  },
  check: {
    summary: 'Dateien auf dem Datenträger anhand einer .torrent-Datei überprüfen',
    about:
      'Liest die Dateien und überprüft jedes Teil, ohne etwas zu ändern. Der Exit-Code ist nur dann 0, wenn alles vollständig und richtig ist.\n\nDIR ist der Downloadordner oder der Ordner des Torrents selbst.',
    file: 'die .torrent-Datei: Pfad oder URL',
    directory: 'der Ordner mit den Dateien',
    options: { all: 'Auch die richtigen Dateien auflisten' },
    example: 'Zeigt, welche Dateien in ~/Downloads/Photos fehlen oder beschädigt sind',
    missing: 'fehlt: {path}',
    partly: 'zu {progress} richtig: {path}',
    correct: 'richtig: {path}',
    complete: '{name}: vollständig, {files}, {size}',
    incomplete: {
      one: '{name}: {have} von {size} sind richtig ({good} von {count} Teil). {shoal} get lädt den Rest herunter',
      other:
        '{name}: {have} von {size} sind richtig ({good} von {count} Teilen). {shoal} get lädt den Rest herunter',
    },
    withoutHashes: {
      one: 'Der .torrent-Datei fehlen die Prüfsummen von {count} Datei, die sich erst überprüfen lässt, wenn sie vollständig ist. {shoal} get holt sie von Peers',
      other:
        'Der .torrent-Datei fehlen die Prüfsummen von {count} Dateien, die sich erst überprüfen lassen, wenn sie vollständig sind. {shoal} get holt sie von Peers',
    },
    noHashes: 'Ein Link hat keine Prüfsummen: Geben Sie eine .torrent-Datei oder deren URL an',
    otherName:
      'Die Datei im Torrent heißt {expected}, diese aber {actual}: Benennen Sie sie um, oder geben Sie ihren Ordner an',
    notFolder: '{path} ist eine Datei, der Torrent aber ein Ordner namens {name}: Geben Sie diesen Ordner an',
  },
  completion: {
    summary: 'Ein Skript ausgeben, das Befehle in bash, zsh oder fish mit Tab vervollständigt',
    about:
      'Das Skript vervollständigt Befehle, Optionen, deren Werte, Dateien und die Namen der Torrents des laufenden Knotens. Laden Sie es beim Start einer Shell:\n\nbash: source <(shoal completion bash)  in ~/.bashrc\n\nzsh: source <(shoal completion zsh)  in ~/.zshrc, nach compinit\n\nfish: shoal completion fish > ~/.config/fish/completions/shoal.fish',
    shell: 'die Shell',
    example: 'Vervollständigt ab jetzt in dieser Shell',
  },
  man: {
    summary: 'Die Handbuchseite ausgeben',
    about:
      'Die Seite beschreibt alle Befehle und Optionen, in roff. npm install --global installiert sie auf Englisch auch für man shoal.',
    example: 'Zeigt die Seite',
    purpose: 'Dateien direkt mit anderen und mit jedem BitTorrent-Programm teilen',
    usage: 'BEFEHL [Optionen]',
    headings: {
      name: 'Name',
      synopsis: 'Übersicht',
      description: 'Beschreibung',
      commands: 'Befehle',
      options: 'Optionen aller Befehle',
      examples: 'Beispiele',
    },
  },
  complete: {
    summary: 'Die Torrents oder Unterhaltungen ausgeben, deren Namen mit einem Text beginnen',
    about: 'Die Vervollständigung der Shell ruft diesen Befehl auf.',
    typed: 'der Anfang eines Namens oder einer ID',
    kind: 'torrents oder conversations (Unterhaltungen). Standard: torrents',
    example: 'Gibt die Namen aus, die mit ph beginnen',
  },
}
