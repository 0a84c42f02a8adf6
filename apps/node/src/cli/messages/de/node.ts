import type { Translation } from '@shoal/messages'
import type { node as original } from '../en/node.ts'

export const node: Translation<typeof original> = {
  start: {
    summary: 'Einen Knoten starten, mit Konsole im Browser',
    about:
      'Läuft bis Strg-C, SIGTERM oder {shoal} stop. Der nächste Start stellt alle Torrents und Einstellungen wieder her.\n\nJede Option gibt es auch als Umgebungsvariable, zum Beispiel SHOAL_PEER_PORT für --peer-port, und in einer Einstellungsdatei: {example}. Die Befehlszeile hat Vorrang vor der Umgebung, die Umgebung vor der Datei.\n\nnpm start ruft diesen Befehl auf. Ein Befehl dahinter wird stattdessen ausgeführt: npm start -- get LINK.',
    options: {
      port: 'Port der Konsole und der API; 0 für einen beliebigen freien. Standard: 8420',
      host: 'Adresse der Konsole und der API. Standard: 127.0.0.1, nur dieser Rechner. Andere erfordern ein Passwort',
      dataDir: 'Ordner für Katalog und Token des Knotens',
      dir: 'Ordner für Downloads. Standard: laut Einstellungen, anfangs ~/Shoal',
      username: 'Benutzername; erfordert --password-file',
      passwordFile: 'Datei mit dem Passwort in der ersten Zeile',
      config: 'Einstellungsdatei. Standard: config.json im Datenordner',
      peerPort:
        'Port für eingehende Peers; 0 für einen beliebigen. Standard: laut Einstellungen, anfangs 6881',
      peerHost: 'Adresse für eingehende Peers, zum Beispiel die eines VPN. Standard: alle Adressen',
      allowDir: 'Auch aus diesem Ordner teilen und in ihn herunterladen dürfen',
      allowedHost:
        'Hostname, unter dem Browser den Knoten erreichen, zum Beispiel der eines vorgeschalteten Proxys',
      trustedProxy:
        'Adresse oder Netz (10.0.0.0/8) eines Proxys, dessen X-Forwarded-For vertraut wird, damit Fehlversuche je Client zählen',
      noTracker: 'Keinen Tracker im Knoten betreiben, wie die Einstellung network.ownTracker=off',
      publicUrl:
        'Adresse, unter der andere diesen Knoten erreichen, zum Beispiel http://203.0.113.7:8420. Neue Torrents nennen dann seinen Tracker',
      logLevel: 'Protokollstufe: debug, info (Standard), warn oder error',
      set: 'Eine Einstellung festlegen, zum Beispiel network.dht=off. Die Konsole kann sie dann nicht ändern',
      open: 'Die Konsole im Browser öffnen',
    },
    examples: {
      plain: 'Startet einen Knoten für diesen Rechner und gibt die Adresse seiner Konsole aus',
      open: 'Öffnet die Konsole im Browser',
      password: 'Erlaubt den Zugriff von anderen Rechnern mit Benutzername und Passwort',
    },
    consoleAt: 'Konsole:  {url}',
    files: 'Dateien:  {directory}',
    page: 'Seite:    {url} gibt Dateien aus dem Browser frei und öffnet Freigaben',
    user: 'Benutzer: {name}, mit dem Passwort',
    token: 'Token:    {command} gibt die Adresse mit Token aus',
    stop: 'Beenden mit Strg-C',
    stopping: 'Wird beendet …',
    stopped: 'Beendet. Der nächste Start macht hier weiter.',
    otherPort: 'Peers:    an Port {port}, weil ein anderes Programm {taken} benutzt',
    running: 'Ein Knoten läuft schon. Seine Konsole: {url}',
    openIt: '{command} öffnet sie im Browser',
    freePort: '{message}. {command} nimmt einen freien',
    noConfig: 'Die Einstellungsdatei {file} gibt es nicht',
    dataDirInConfig:
      '{file}: dataDir kann nicht in der Datei stehen, die erst über dataDir gefunden wird: Verwenden Sie --data-dir oder {variable}',
    needsPassword: 'Zu einem Benutzernamen gehört ein Passwort: Geben Sie auch --password-file FILE an',
    needsUsername: 'Zu einem Passwort gehört ein Benutzername: Geben Sie auch --username NAME an',
    notAddress: '„{text}“ ist keine IP-Adresse',
    notNetwork: '„{text}“ ist weder eine IP-Adresse noch ein Netz wie 10.0.0.0/8',
    notHost: '„{text}“ ist weder eine Adresse noch ein Hostname: Lassen Sie Port und http:// weg',
    notUrl: '„{text}“ ist keine Adresse wie http://203.0.113.7:8420',
    badUsername: 'Ein Benutzername hat 1 bis 255 Zeichen und keinen Doppelpunkt',
  },
  stop: {
    summary: 'Den Knoten beenden',
    about: 'Endet, wenn der Knoten sich bei seinen Trackern abgemeldet und alles gespeichert hat.',
    example: 'Beendet den Knoten auf diesem Rechner',
    stillRunning: 'Der Knoten unter {url} sollte sich beenden, läuft aber noch: {shoal} log zeigt, warum',
    stopped: 'Der Knoten unter {url} ist beendet',
  },
  restart: {
    summary: 'Den Knoten neu starten',
    about:
      'Beendet den Knoten und startet ihn im selben Prozess wieder, mit den Optionen, mit denen er gestartet wurde. Torrents, Downloads und andere Aufträge gehen weiter.',
    example: 'Startet den Knoten auf diesem Rechner neu',
    restarted: 'Der Knoten unter {url} ist neu gestartet',
  },
  open: {
    summary: 'Die Konsole im Browser öffnen',
    about: 'Die Adresse enthält nach dem # das Token: Wer die Adresse hat, kann den Knoten steuern.',
    options: { print: 'Die Adresse nur ausgeben' },
    examples: { open: 'Öffnet die Konsole des Knotens auf diesem Rechner', print: 'Gibt ihre Adresse aus' },
    noBrowser: 'Kein Browser gefunden: Öffnen Sie die Adresse in einem Browser',
    noBrowserHere: 'Kein Browser gefunden',
  },
  'restore-catalogue': {
    summary: 'Eine Sicherung des Katalogs wiederherstellen',
    about:
      'Der Knoten sichert seinen Katalog einmal am Tag, während er läuft, und behält die letzten drei Sicherungen. Wenn der Katalog beschädigt ist, halten Sie den Knoten an, rufen diesen Befehl auf und starten den Knoten wieder. Er prüft die Dateien, die sich seit der Sicherung geändert haben. Torrents, die später hinzugefügt wurden, kennt er nicht mehr: Fügen Sie sie noch einmal hinzu. Ihre Dateien werden geprüft, nicht noch einmal heruntergeladen.\n\nDer bisherige Katalog bleibt unter einem anderen Namen neben dem neuen.',
    backup: 'Name einer Sicherung oder Pfad einer Datei. Standard: die neueste unbeschädigte Sicherung',
    options: {
      dataDir: 'Datenordner des Knotens',
      list: 'Nur die Sicherungen auflisten',
      empty: 'Stattdessen mit einem leeren Katalog beginnen: ohne Sicherung, oder wenn keine gewünscht ist',
    },
    examples: {
      newest: 'Stellt die neueste Sicherung wieder her',
      list: 'Listet die Sicherungen auf',
      empty: 'Beginnt neu und behält den bisherigen Katalog',
    },
    listAlone: '--list und --empty lassen sich weder mit einer Sicherung noch miteinander verbinden',
    none: 'In {folder} gibt es keine Sicherungen',
    columns: { name: 'Name', time: 'Geschrieben', size: 'Größe' },
    restored: 'Der Katalog ist wieder der von {backup}: {start} startet den Knoten',
    begun: 'Der Katalog ist leer: {start} startet den Knoten; fügen Sie die Torrents dann noch einmal hinzu',
    kept: 'Der bisherige heißt jetzt {path}',
    offer:
      '{message}. Die neueste Sicherung ist {name}, geschrieben am {time}: {command} stellt sie wieder her',
  },
  'open-up': {
    summary: 'Andere hereinlassen: Links, die im Netzwerk oder für alle funktionieren',
    about:
      'Der Knoten nimmt auch an den Adressen dieses Rechners Verbindungen an, sofort und nach jedem Neustart, und Links beginnen mit so einer Adresse. Wer einen Link hat, öffnet ihn ohne Passwort; die Konsole verlangt eines. Gibt es noch keines, wird ein zufälliges erzeugt und ausgegeben.\n\nDanach werden die Adressen geprüft: von diesem Rechner aus, und von außen, wenn ein Hub von Shoal unter den Trackern für neue Torrents ist (network.shareTrackers). Diese Prüfung findet auch die öffentliche Adresse. Für Menschen anderswo muss ein Router den Port an diesen Rechner weiterleiten.',
    options: {
      address:
        'Eine IP-Adresse dieses Rechners, die bevorzugt wird, oder die öffentliche Adresse, etwa http://203.0.113.7:8420',
      newUsername: 'Benutzername für die Konsole. Standard: me',
      newPasswordFile:
        'Datei mit einem Passwort für die Konsole in der ersten Zeile, oder - für die Standardeingabe',
      off: 'Rückgängig machen: Verbindungen wie zuvor annehmen, Passwort und öffentliche Adresse vergessen',
      test: 'Nur die Adressen prüfen',
    },
    examples: {
      plain: 'Lässt andere herein und gibt aus, für wen Links funktionieren',
      public: 'Links beginnen mit dieser Adresse, von der der Router weiterleitet',
      off: 'Lässt andere nicht mehr herein',
    },
    oneOnly: 'Geben Sie entweder --off, --test oder die anderen Optionen an',
    links: {
      machine: 'Links funktionieren nur auf diesem Rechner',
      network: 'Links funktionieren in diesem Netzwerk: Sie beginnen mit {address}',
      everyone: 'Links funktionieren für alle: Sie beginnen mit {address}',
    },
    tested: 'Prüfung: {address}: {here}; {outside}',
    here: {
      yes: 'von diesem Rechner erreicht',
      no: 'von diesem Rechner nicht erreicht',
      unknown: 'von diesem Rechner nicht geprüft',
    },
    outside: {
      yes: 'von außen erreicht',
      no: 'von außen nicht erreicht',
      unknown: 'von außen nicht geprüft, denn dazu ist ein Hub nötig',
    },
    problem: {
      'listens-here-only':
        'Die öffentliche Adresse in den Einstellungen führt nirgendwohin, weil der Knoten nur Verbindungen von diesem Rechner annimmt',
      unreachable:
        'Die öffentliche Adresse in den Einstellungen führt nirgendwohin: Prüfen Sie sie, und ob der Router ihren Port an diesen Rechner weiterleitet',
      untested:
        'Keine Prüfung hat die öffentliche Adresse erreicht: Versuchen Sie sie aus einem anderen Netz, etwa dem eines Telefons',
    },
    console: 'Konsole: {address}, für andere Geräte: Benutzer {username}',
    password: 'Passwort: {password}',
    once: 'Notieren Sie das Passwort: Es wird nicht noch einmal gezeigt. Links öffnen sich ohne Passwort',
    off: 'Andere kommen nicht mehr herein: Der Knoten nimmt nur Verbindungen von diesem Rechner an',
  },
  shell: {
    summary: 'Befehle nacheinander eingeben, mit Verlauf und Vervollständigung',
    about:
      'Nimmt alle Befehle an, ohne „shoal“ davor. Anführungszeichen wirken wie in sh. Tab vervollständigt Befehle, Optionen, Torrents und Pfade. Strg-C bricht einen Befehl ab, Strg-D verlässt die Shell.\n\nDer Verlauf liegt im Statusordner, ohne Zeilen mit Passwörtern oder Token. Befehle aus einer Pipe oder Datei werden Zeile für Zeile ausgeführt, bis einer fehlschlägt.',
    examples: {
      node: 'Verwendet den Knoten eines anderen Rechners',
      script: 'Führt die Befehle einer Datei aus',
    },
    welcome: 'help zeigt alle Befehle, Tab vervollständigt, exit verlässt die Shell.',
    alreadyShell: 'Das ist schon die Shell: Schreiben Sie einen Befehl',
    optionFirst: 'Schreiben Sie vor {word} einen Befehl',
  },
}
