#!/usr/bin/env bash
# Builds the distribution with Maven, then the images. Needs a JDK 25, Maven 3.8 or newer, and Docker with Compose.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mvn -B -q -DskipTests -Dmaven.test.skip=true -Dmdep.analyze.skip=true package -pl compose/distribution -am
if docker compose version >/dev/null 2>&1; then exec docker compose build; else exec docker-compose build; fi
