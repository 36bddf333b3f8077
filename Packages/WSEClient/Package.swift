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
    name: "WSEClient",
    platforms: [.macOS(.v15), .iOS(.v18), .tvOS(.v18), .watchOS(.v11), .visionOS(.v2)],
    products: [
        .library(name: "WSEClient", targets: ["WSEClient"])
    ],
    dependencies: [
        .package(path: "../WSEWire"),
        .package(path: "../WSECrypto"),
        .package(path: "../WSEResilience"),
        .package(path: "../WSETransport"),
        .package(path: "../WSETestServer"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
    ],
    targets: [
        .target(
            name: "WSEClient",
            dependencies: [
                "WSEWire", "WSECrypto", "WSEResilience", "WSETransport",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "WSEClientTests",
            dependencies: [
                "WSEClient", "WSECrypto", "WSETestServer",
                .product(name: "WSETransportTesting", package: "WSETransport"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "WSESimulation",
            dependencies: [
                "WSEClient", "WSECrypto", "WSEResilience", "WSEWire",
                .product(name: "WSETransport", package: "WSETransport"),
            ],
            swiftSettings: settings
        ),
    ]
)
