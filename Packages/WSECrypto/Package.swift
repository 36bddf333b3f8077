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
    name: "WSECrypto",
    platforms: [.macOS(.v15), .iOS(.v18), .tvOS(.v18), .watchOS(.v11), .visionOS(.v2)],
    products: [
        .library(name: "WSECrypto", targets: ["WSECrypto"])
    ],
    targets: [
        .systemLibrary(
            name: "CCrypto",
            pkgConfig: "libcrypto",
            providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]
        ),
        .target(name: "WSECrypto", dependencies: ["CCrypto"], swiftSettings: settings),
        .executableTarget(
            name: "WSECryptoBenchmark", dependencies: ["WSECrypto", "CCrypto"], swiftSettings: settings),
        .testTarget(
            name: "WSECryptoTests", dependencies: ["WSECrypto", "CCrypto"], resources: [.copy("Vectors")],
            swiftSettings: settings),
    ]
)
