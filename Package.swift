// swift-tools-version: 6.2
// Every product of this repository, for those who depend on it by URL. The packages in `Packages/` are the same
// targets, each with tests and a version of its own; `Scripts/check` keeps the two in step.
import PackageDescription

/// One list for every target of every package; `Scripts/check` keeps the copies in step.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
]

#if os(Linux)
    // The distributions install the headers where the compiler looks, and call the .pc file by different names.
    let msgpackPkgConfig: String? = nil
#else
    let msgpackPkgConfig: String? = "msgpack-c"
#endif

let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOHTTP1", package: "swift-nio"),
    .product(name: "NIOWebSocket", package: "swift-nio"),
    .product(name: "NIOSSL", package: "swift-nio-ssl"),
]

let package = Package(
    name: "wse-swift",
    platforms: [.macOS(.v15), .iOS(.v18), .tvOS(.v18), .watchOS(.v11), .visionOS(.v2)],
    products: [
        .library(name: "WSEWire", targets: ["WSEWire"]),
        .library(name: "WSEWireFoundation", targets: ["WSEWireFoundation"]),
        .library(name: "WSECrypto", targets: ["WSECrypto"]),
        .library(name: "WSEResilience", targets: ["WSEResilience"]),
        .library(name: "WSETransport", targets: ["WSETransport"]),
        .library(name: "WSETransportTesting", targets: ["WSETransportTesting"]),
        .library(name: "WSEClient", targets: ["WSEClient"]),
        .library(name: "WSEServiceLifecycle", targets: ["WSEServiceLifecycle"]),
        .library(name: "WSEPool", targets: ["WSEPool"]),
        .library(name: "WSETestServer", targets: ["WSETestServer"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(
            name: "CZlib", path: "Packages/WSEWire/Sources/CZlib", pkgConfig: "zlib",
            providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]
        ),
        .systemLibrary(
            name: "CMsgpack", path: "Packages/WSEWire/Sources/CMsgpack", pkgConfig: msgpackPkgConfig,
            providers: [.apt(["libmsgpack-dev"]), .brew(["msgpack"])]
        ),
        .systemLibrary(
            name: "CCrypto", path: "Packages/WSECrypto/Sources/CCrypto", pkgConfig: "libcrypto",
            providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]
        ),
        .target(
            name: "CMessagePack", dependencies: ["CMsgpack"], path: "Packages/WSEWire/Sources/CMessagePack"
        ),
        .target(name: "CSanitizer", path: "Packages/WSEWire/Sources/CSanitizer"),
        .target(
            name: "WSEWire", dependencies: ["CZlib", "CMessagePack", "CSanitizer"],
            path: "Packages/WSEWire/Sources/WSEWire", swiftSettings: settings
        ),
        .target(
            name: "WSEWireFoundation", dependencies: ["WSEWire"],
            path: "Packages/WSEWire/Sources/WSEWireFoundation", swiftSettings: settings
        ),
        .target(
            name: "WSECrypto", dependencies: ["CCrypto"],
            path: "Packages/WSECrypto/Sources/WSECrypto", swiftSettings: settings
        ),
        .target(
            name: "WSEResilience", path: "Packages/WSEResilience/Sources/WSEResilience",
            swiftSettings: settings
        ),
        .target(
            name: "WebSocketFraming", path: "Packages/WSETransport/Sources/WebSocketFraming",
            swiftSettings: settings
        ),
        .target(
            name: "WSETransport",
            dependencies: [
                "WebSocketFraming", "WSECrypto", .product(name: "NIOTLS", package: "swift-nio"),
            ] + nio,
            path: "Packages/WSETransport/Sources/WSETransport", swiftSettings: settings
        ),
        .target(
            name: "WSETransportTesting", dependencies: ["WSETransport"],
            path: "Packages/WSETransport/Sources/WSETransportTesting", swiftSettings: settings
        ),
        .target(
            name: "WSEClient",
            dependencies: [
                "WSEWire", "WSECrypto", "WSEResilience", "WSETransport",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
            ],
            path: "Packages/WSEClient/Sources/WSEClient", swiftSettings: settings
        ),
        .target(
            name: "WSEServiceLifecycle",
            dependencies: [
                "WSEClient", .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            path: "Packages/WSEClient/Sources/WSEServiceLifecycle", swiftSettings: settings
        ),
        .target(
            name: "WSEPool", dependencies: ["WSEWire", "WSEResilience", "WSETransport", "WSEClient"],
            path: "Packages/WSEPool/Sources/WSEPool", swiftSettings: settings
        ),
        .target(
            name: "WSETestServer",
            dependencies: ["WSEWire", "WSECrypto"] + nio + [.product(name: "NIOConcurrencyHelpers", package: "swift-nio")],
            path: "Packages/WSETestServer/Sources/WSETestServer", swiftSettings: settings
        ),
    ]
)
