# The pictures of ws-stream in Perl's core modules alone, written from docs/protocol.md. Knows no connection.
package Picture;
use v5.36;
use Compress::Raw::Zlib ();
use Encode              ();
use Exporter 'import';
use JSON::PP ();
use List::Util qw(max min);

our @EXPORT = qw(%FORMATS fits longest blank picture crc rgb up object);

# name => code, bytes of a pixel, bytes of its colour; then of red, green and blue the shift and the bits in the pixel's word
our %FORMATS = (
    rgbx8888 => [1, 4, 3, [0, 8],  [8, 8], [16, 8]],
    bgrx8888 => [2, 4, 3, [16, 8], [8, 8], [0, 8]],
    rgb888   => [3, 3, 3, [0, 8],  [8, 8], [16, 8]],
    bgr888   => [4, 3, 3, [16, 8], [8, 8], [0, 8]],
    rgb565   => [5, 2, 2, [11, 5], [5, 6], [0, 5]],
    gray8    => [6, 1, 1, [0, 8],  [0, 8], [0, 8]],
    rgb444   => [7, 2, 2, [8, 4],  [4, 4], [0, 4]],
    rgb332   => [8, 1, 1, [5, 3],  [2, 3], [0, 2]],
);

sub must ($is, $rule) { die "the message breaks a rule: $rule\n" if !$is }
sub crc ($pixels) { Compress::Raw::Zlib::crc32($pixels) }
sub up ($count, $by) { int(($count + $by - 1) / $by) }

sub fits ($stream) {    # within the limits of the protocol
    my ($width, $height, $format) = ($stream->@{qw(width height)}, $FORMATS{ $stream->{format} });
    return if !$format || min($width, $height) < 1 || max($width, $height) > 16384;
    return $width * $height * $format->[1] <= 64 << 20;
}

sub longest ($stream, $rows) {    # the content of so many rows in which every pixel is literal
    my $groups = $rows * up($stream->{width}, 8);
    return up($groups, 8) + 2 * $groups + $rows * $stream->{width} * $FORMATS{ $stream->{format} }[2];
}

sub blank ($stream) {
    my (undef, $bytes) = $FORMATS{ $stream->{format} }->@*;
    my $pixel = $bytes == 4 ? "\0\0\0\xff" : "\0" x $bytes;
    return { %$stream, number => 0, pixels => $pixel x ($stream->{width} * $stream->{height}) };
}

# The picture that a message makes of the one held. Dies if the message breaks a rule; what is held stays as it is.
sub picture ($held, $message) {
    must length $message >= 36, 'there is a header';
    my ($table, $code, $flags, $epoch, $number, $base, $time, $width, $height, $checksum, $count)
        = unpack 'v C2 V3 Q< v2 V2', $message;
    my $at = $table + 12 * $count;
    must $table >= 36 && $table % 4 == 0, 'the header ends where a segment table may begin';
    must $count <= $held->{height} && $at <= length $message, 'the segment table is there';
    must $epoch == $held->{epoch} && $code == $FORMATS{ $held->{format} }[0], 'epoch and format are the announced ones';
    must $width == $held->{width} && $height == $held->{height}, 'the size is the announced one';
    must $number > $base && ($base == 0 || $base == $held->{number}), 'the base is held, and older';
    must $time < 2**53 && !($flags & 0xf0), 'the time is below 2^53, and no critical flag is set';
    my %new = (($base ? $held : blank($held))->%*, number => $number, time => $time, due => !($flags & 2));
    $new{side} = side_data(substr $message, 36, $table - 36);
    my ($stride, $end) = (length($new{pixels}) / $height, 0);

    for my $entry (0 .. $count - 1) {
        my ($first, $rows, $kind, $shift, $size) = unpack 'v3 s< V', substr $message, $table + 12 * $entry, 12;
        must $rows >= 1 && $first + $rows <= $height, 'rows are in the picture';
        must $kind <= 2 && $at + $size <= length $message, 'kinds are known, and payloads are there';
        my ($payload, $from) = (substr($message, $at, $size), $first + $shift);
        $at += $size + -$size % 4;
        if ($kind == 2) {
            must !$size && !$end, 'copies have no payload and stand before all other segments';
            must $from >= 0 && $from + $rows <= $height, 'rows that are copied are in the picture';
            substr $new{pixels}, $first * $stride, $rows * $stride, substr $new{pixels}, $from * $stride, $rows * $stride;
        } else {
            must !$shift && $first >= $end, 'marked segments ascend, without shift';
            $end = $first + $rows;
            mark(\%new, $first, $rows, $kind == 1 ? lz4($payload, longest($held, $rows)) : $payload);
        }
    }
    must $at == length $message, 'nothing follows the last padding';
    must !($flags & 1) || $checksum == crc($new{pixels}), 'the checksum is that of the picture';
    return \%new;
}

sub side_data ($extensions) {
    my ($at, $last, $side) = (0, -1, '');
    while ($at < length $extensions) {
        my ($tag, $size) = unpack 'v2', substr $extensions, $at;
        must $tag > $last && $tag < 32768, 'tags ascend, and none is critical';
        must $at + 4 + $size <= length $extensions, 'extensions end with the header';
        $side = substr $extensions, $at + 4, $size if $tag == 1;
        $last = $tag;
        $at += 4 + $size + -$size % 4;
    }
    return length $side <= 4096 && object($side) ? $side : '';
}

sub mark ($new, $first, $rows, $content) {
    state @runs;    # bytes of a pixel => byte of marks => where each run of marked pixels begins, and its length, in bytes
    my (undef, $bytes, $colour) = $FORMATS{ $new->{format} }->@*;
    $runs[$bytes] //= [map { runs($_, $bytes) } 0 .. 255];
    my ($groups, $stride) = (up($new->{width}, 8), $new->{width} * $bytes);
    my $size  = up($groups * $rows, 8);
    my $bits  = unpack 'b*', substr $content, 0, $size;
    my $count = $bits =~ tr/1//;
    must length $content >= $size + 2 * $count, 'group bits, masks and literals are there';
    must index($bits, '1', $groups * $rows) < 0, 'group bits beyond the last group are 0';
    my @masks    = unpack 'C*', substr $content, $size, $count;
    my @literals = unpack 'C*', substr $content, $size + $count, $count;
    my $colours  = substr $content, $size + 2 * $count;
    must length $colours == $colour * unpack('%32b*', pack 'C*', @literals), 'each literal pixel has its colour';
    $colours =~ s/(...)/$1\xff/gs if $bytes > $colour;

    for (my $group = index $bits, '1'; $group >= 0; $group = index $bits, '1', $group + 1) {
        my ($mask, $literal) = (shift @masks, shift @literals);
        my ($row, $column) = ($first + int($group / $groups), $group % $groups * 8);
        must $mask && !($mask >> $new->{width} - $column), 'masks mark pixels of the picture';
        must !($literal & ~$mask) && ($row || $literal == $mask), 'literal pixels are marked, and in row 0 all that are';
        my $at = $row * $stride + $column * $bytes;
        for ($runs[$bytes][$literal]->@*) {
            substr $new->{pixels}, $at + $$_[0], $$_[1], substr $colours, 0, $$_[1], '';
        }
        for ($runs[$bytes][$mask & ~$literal]->@*) {
            substr $new->{pixels}, $at + $$_[0], $$_[1], substr $new->{pixels}, $at + $$_[0] - $stride, $$_[1];
        }
    }
}

sub runs ($byte, $bytes) {
    my ($marks, @runs) = unpack 'b8', chr $byte;
    push @runs, [$-[0] * $bytes, ($+[0] - $-[0]) * $bytes] while $marks =~ /1+/g;
    return \@runs;
}

sub lz4 ($block, $room) {
    must length $block < $room, 'an LZ4 block is shorter than the longest content';
    my ($at, $out, $match, $end) = (0, '', -12, -5);    # where the last match begins and ends
    my $take = sub ($count) {
        must(($at += $count) <= length $block, 'an LZ4 sequence is whole');
        return substr $block, $at - $count, $count;
    };
    my $length = sub ($count) {
        my $more = $count == 15 ? 255 : 0;
        $count += $more = ord $take->(1) while $more == 255;
        return $count;
    };
    while (1) {
        my $token = ord $take->(1);    # so a block does not end with a match
        $out .= $take->($length->($token >> 4));
        last if $at == length $block;
        my $offset = unpack 'v', $take->(2);
        ($match, $end) = (length $out, length($out) + 4 + $length->($token & 15));
        must $offset >= 1 && $offset <= $match && $end <= $room, 'a match begins in what is unpacked, and finds room';
        my $run = substr $out, -$offset, $end - $match;
        $out .= substr $run x up($end - $match, length $run), 0, $end - $match;
    }
    must length $out <= $room && length $out >= max($match + 12, $end + 5), 'the last literals find room, and are enough';
    return $out;
}

sub rgb ($held) {    # 3 bytes a pixel
    my (undef, $bytes, undef, @channels) = $FORMATS{ $held->{format} }->@*;
    my $shown = sub ($pixel) {
        my $word = unpack 'V', "$pixel\0\0\0";
        return pack 'C3', map { eight_bits($word >> $$_[0], $$_[1]) } @channels;
    };
    my %shown;
    return join '', map { $shown{$_} //= $shown->($_) } unpack "(a$bytes)*", $held->{pixels};
}

sub eight_bits ($value, $bits) { oct '0b' . substr sprintf("%0${bits}b", $value & 2**$bits - 1) x 8, 0, 8 }

sub object ($bytes) {    # the JSON object that this is, or nothing
    my $text = eval { Encode::decode('UTF-8', $bytes, Encode::FB_CROAK | Encode::LEAVE_SRC) } // return;
    return if length $text > 65536;
    $text =~ s/("(?:[^"\\]|\\.)*+")|(\d{17,})(?![\d.eE])/$1 \/\/ "$2e0"/ges;    # JSON::PP makes long numbers strings
    my $value = eval { JSON::PP->new->decode($text) };
    return ref $value eq 'HASH' ? $value : undef;
}

1;
