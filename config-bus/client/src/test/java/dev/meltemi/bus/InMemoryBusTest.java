package dev.meltemi.bus;

import dev.meltemi.schemas.Topic;

class InMemoryBusTest implements BusContract {
    private final InMemoryBus bus = InMemoryBus.create();

    @Override
    public BusUnderTest carrier() {
        return new BusUnderTest() {
            @Override
            public MeshBus bus() {
                return bus;
            }

            @Override
            public MeshBus another() {
                return bus;
            }

            @Override
            public void replace(Topic<?> topic) {
                bus.replace(topic);
            }

            @Override
            public void append(Topic<?> topic, String key, byte[] value) {
                bus.append(topic, key, value);
            }

            @Override
            public void close() {
                bus.close();
            }
        };
    }
}
