// swift-tools-version: 6.2
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

let package = Package(
    name: "WSETransport",
    platforms: [.macOS(.v15), .iOS(.v18), .tvOS(.v18), .watchOS(.v11), .visionOS(.v2)],
    products: [
        .library(name: "WSETransport", targets: ["WSETransport"]),
        .library(name: "WSETransportTesting", targets: ["WSETransportTesting"]),
    ],
    dependencies: [
        .package(path: "../WSECrypto"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
    ],
    targets: [
        // RFC 6455 frames over bytes: no sockets, no SwiftNIO.
        .target(name: "WebSocketFraming", swiftSettings: settings),
        .target(
            name: "WSETransport",
            dependencies: [
                "WebSocketFraming", "WSECrypto",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "WSETransportTesting", dependencies: ["WSETransport"], swiftSettings: settings),
        // The client that `Scripts/autobahn` runs against the Autobahn testsuite.
        .executableTarget(
            name: "autobahn-client", dependencies: ["WSETransport"], swiftSettings: settings),
        .executableTarget(
            name: "WSETransportBenchmarks",
            dependencies: [
                "WSETransport",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
            ],
            path: "Benchmarks/WSETransportBenchmarks",
            swiftSettings: settings
        ),
        .testTarget(
            name: "WebSocketFramingTests", dependencies: ["WebSocketFraming"], swiftSettings: settings),
        .testTarget(
            name: "WSETransportTests",
            dependencies: [
                "WSECrypto", "WSETransport", "WSETransportTesting",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: settings
        ),
    ]
)
