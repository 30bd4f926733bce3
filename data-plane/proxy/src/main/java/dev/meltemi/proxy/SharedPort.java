package dev.meltemi.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import reactor.netty.DisposableServer;
import reactor.netty.transport.ServerTransport;

/// A port that two processes of one user listen on while one hands over to the other (SO_REUSEPORT). Left to itself
/// Linux would deal connections out to both, and reset those that the elder hasn't accepted when it closes: a program
/// of one instruction sends all of them to the younger from its start on (`man 7 socket`, SO_ATTACH_REUSEPORT_CBPF).
public final class SharedPort {
    private static final int SOL_SOCKET = 1;
    private static final int SO_ATTACH_REUSEPORT_CBPF = 51;
    /// `struct sock_fprog` of a 64-bit machine: how many instructions, and where they are.
    private static final int PROGRAM_OCTETS = 16;

    private static final int POINTER_AT = 8;
    private static final RawUnixChannelOption PROGRAM =
            new RawUnixChannelOption("SO_ATTACH_REUSEPORT_CBPF", SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, PROGRAM_OCTETS);
    /// BPF_RET | BPF_K: the socket with that number.
    private static final short RETURN = 0x06;
    /// In the order in which they began to listen, from 0. Where there is no such socket, since the elder is gone,
    /// Linux does as without a program.
    private static final int YOUNGER = 1;

    private static final int INSTRUCTION_OCTETS = 8;

    private SharedPort() {}

    public static <T extends ServerTransport<T, ?>> T shared(T server) {
        return server.option(EpollChannelOption.SO_REUSEPORT, true);
    }

    /// From now on new connections come here.
    public static void takeOver(DisposableServer listener) {
        ByteBuf instruction = UnpooledByteBufAllocator.DEFAULT.directBuffer(INSTRUCTION_OCTETS);
        try {
            // code, two jumps, operand
            instruction.writeShortLE(RETURN).writeShortLE(0).writeIntLE(YOUNGER);
            ByteBuffer program = ByteBuffer.allocateDirect(PROGRAM_OCTETS).order(ByteOrder.nativeOrder());
            program.putShort(0, (short) 1).putLong(POINTER_AT, instruction.memoryAddress());
            listener.channel().config().setOption(PROGRAM, program);
        } finally {
            instruction.release();
        }
    }
}
