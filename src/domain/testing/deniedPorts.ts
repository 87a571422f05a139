/**
 * Ports that a test never connects to, and what usually listens there: services that do not use HTTP, and those that
 * execute what any client sends. A request to them could be taken for a command, and its failure would reveal what
 * runs in the network.
 */
const DENIED_PORTS: ReadonlyMap<number, string> = new Map(
  Object.entries({
    'small services': [7, 9, 11, 13, 15, 19, 37, 43, 70, 79],
    'files and printers': [21, 69, 137, 138, 139, 445, 515, 548, 631, 873, 2049, 3260, 9418],
    'shells and remote desktops': [22, 23, 512, 513, 514, 2222, 3389, 5900, 5901, 5902, 6000],
    'mail, news and chat': [25, 110, 119, 143, 465, 587, 993, 995, 1883, 5060, 5061, 5222, 5269, 6667, 8883],
    'names, time and networks': [53, 67, 68, 123, 161, 162, 179, 623, 853, 1080, 1723, 6514],
    'directories and Windows': [88, 111, 135, 389, 464, 636, 3268, 3269],
    'relational databases': [1433, 1434, 1521, 2483, 2484, 3050, 3306, 5432, 6432, 33_060, 50_000],
    'caches and other databases': [
      5701, 5984, 6379, 6380, 7000, 7199, 7687, 8123, 8983, 9042, 9200, 9300, 11_211, 16_379, 26_379, 27_017,
      27_018, 27_019, 28_015, 28_017,
    ],
    'queues and coordination': [
      2181, 2888, 3888, 4222, 4369, 5671, 5672, 6222, 8222, 9092, 9094, 25_672, 61_613, 61_616,
    ],
    'nodes of clusters': [
      2375, 2377, 2379, 2380, 3300, 4505, 4506, 4646, 4647, 4648, 6789, 7946, 8300, 8301, 8302, 8500, 8501,
      10_248, 10_249, 10_250, 10_255, 10_256, 10_257, 10_259, 24_007,
    ],
    Vault: [8200, 8201],
    'agents, debuggers and application servers': [1099, 3031, 5005, 8009, 9000, 9229, 10_050, 10_051],
  }).flatMap(([what, ports]) => ports.map((port) => [port, what] as const)),
);

/** True for a port that no test connects to, unless it is among `own`: the service's own ones. */
export function isDeniedPort(url: URL, own: readonly number[] = []): boolean {
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  return DENIED_PORTS.has(port) && !own.includes(port);
}
