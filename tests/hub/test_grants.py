"""What a viewer is granted, by what it requests, what it can decode, and what the device's owner chose."""

from hypothesis import given
from hypothesis import strategies as st

from ws_stream.hub.grants import Grant, grant, is_shown, nearest
from ws_stream.limits import MAX_STEP
from ws_stream.pixels.formats import GRAY8, RGB565, RGB888, RGBX8888
from ws_stream.pixels.kept import Sized, kept, suited
from ws_stream.pixels.raw import BY_NAME
from ws_stream.pixels.rendition import Crop, Rendition
from ws_stream.protocol.offer import UNBOUNDED, Encoding, Offer
from ws_stream.protocol.picture import Kind
from ws_stream.protocol.request import Request

from ..strategies import possible

SCREEN = Sized(RGBX8888, 1024, 600)
OWN = Rendition()

kinds = st.sets(st.sampled_from([Kind.LZ4, Kind.COPY])).map(
    lambda some: frozenset(some) | {Kind.MARKED}
)
offers = st.builds(
    Offer,
    st.frozensets(st.sampled_from(tuple(BY_NAME.values()))),
    kinds,
    st.integers(1024, 2**22),
    st.integers(8192, 2**22),
    st.integers(1024, 2**17) | st.just(UNBOUNDED),
)
requests = st.builds(
    Request,
    average=st.none(),
    tolerance=st.none(),
    fps=st.none(),
    step=st.none() | st.integers(1, MAX_STEP),
    crop=st.none() | st.builds(Crop, *[st.integers(0, 3000)] * 2, *[st.integers(1, 3000)] * 2),
    depth=st.none() | st.sampled_from([24, 16, 12, 8]),
    fit=st.none() | st.tuples(st.integers(1, 3000), st.integers(1, 3000)),
    offer=offers | st.just(Offer()),
)
sources = st.builds(
    lambda pixel_format, *size: Sized(pixel_format, *possible(pixel_format, *size)),
    st.sampled_from(tuple(BY_NAME.values())),
    st.integers(1, 2000),
    st.integers(1, 2000),
)


@given(requests, sources, st.integers(1, MAX_STEP))
def test_whatever_is_granted_can_be_decoded_and_is_within_what_the_owner_chose(
    request: Request, source: Sized, step: int
) -> None:
    granted = grant(request, Rendition(step=step), source)
    if granted is None:
        return
    made = kept(granted.rendition, *source)
    assert is_shown(request, made)
    assert granted.rendition == suited(granted.rendition, *source)
    own = kept(Rendition(step=step), *source)
    assert made.width * made.height <= own.width * own.height


@given(requests, sources)
def test_nothing_is_granted_only_where_nothing_can_be_decoded(
    request: Request, source: Sized
) -> None:
    if grant(request, OWN, source) is not None:
        return
    depths = [depth for depth in (24, 16, 12, 8) if depth <= (request.depth or 24)]
    made = [
        kept(Rendition(step=MAX_STEP, depth=depth, plain=plain), *source)
        for depth in depths
        for plain in (False, True)
    ]
    if request.crop is None:
        assert not any(is_shown(request, each) for each in made)


def test_who_offers_nothing_has_what_it_requests() -> None:
    assert grant(Request(step=2), OWN, SCREEN) == Grant(Rendition(step=2))


def test_a_depth_is_lowered_to_a_format_that_the_viewer_decodes() -> None:
    def granted(*names: str, depth: int = 24) -> int | None:
        offer = Offer(frozenset(BY_NAME[name] for name in names))
        given = grant(Request(offer=offer, depth=depth), OWN, SCREEN)
        return given and given.rendition.depth

    assert granted("rgbx8888", "rgb565") == 24
    assert granted("rgb565", "rgb332") == 16
    assert granted("rgb332", "bgrx8888") == 8
    assert granted("rgbx8888", "rgb332", depth=12) == 8
    assert granted("gray8") is None
    assert granted("rgbx8888", depth=16) is None


def test_where_no_step_is_coarse_enough_a_lower_depth_is_tried() -> None:
    def kept(max_picture: int) -> tuple[int, int] | None:
        offer = Offer(
            frozenset(BY_NAME[n] for n in ("rgbx8888", "rgb565")), max_picture=max_picture
        )
        granted = grant(Request(offer=offer), OWN, SCREEN)
        return granted and (granted.rendition.step, granted.rendition.depth)

    bytes_at_16 = 64 * 38 * 4
    assert kept(bytes_at_16) == (16, 24)
    assert kept(bytes_at_16 - 1) == (12, 16)
    assert kept(1024) is None


def test_a_step_is_raised_until_the_picture_fits_its_screen() -> None:
    for fit, step in (((1024, 600), 1), ((1023, 600), 2), ((240, 135), 5), ((64, 38), 16)):
        assert grant(Request(fit=fit), OWN, SCREEN) == Grant(Rendition(step=step))
    assert grant(Request(fit=(63, 38)), OWN, SCREEN) is None
    part = Crop(0, 0, 240, 135)
    assert grant(Request(crop=part, fit=(240, 135)), OWN, SCREEN) == Grant(Rendition(part))


class TestNearest:
    WANTED = Grant(Rendition(step=3))
    EXISTING = (
        Grant(Rendition(step=2)),
        Grant(Rendition(step=8)),
        Grant(Rendition(Crop(0, 0, 9, 9), 3)),
    )

    def test_another_step_is_nearer_than_another_part(self) -> None:
        assert nearest(self.WANTED, Request(), SCREEN, self.EXISTING) == self.EXISTING[0]

    def test_what_the_viewer_cannot_show_is_none(self) -> None:
        for request, found in (
            (Request(fit=(300, 300)), self.EXISTING[1]),
            (Request(fit=(9, 9)), self.EXISTING[2]),
            (Request(fit=(2, 2)), None),
            (Request(offer=Offer(formats=frozenset([RGB565]))), None),
        ):
            assert nearest(self.WANTED, request, SCREEN, self.EXISTING) == found

    def test_nor_is_what_it_cannot_decode(self) -> None:
        plain, bounded = Encoding(lz4=False, copy=False), Encoding(max_segment=2000)
        existing = [Grant(OWN), Grant(OWN, plain), Grant(OWN, bounded)]
        for offer, found in (
            (Offer(kinds=frozenset([Kind.MARKED])), plain),
            (Offer(max_segment=2000), bounded),
            (Offer(), Encoding()),
        ):
            gray = Sized(GRAY8, 640, 480)
            assert nearest(self.WANTED, Request(offer=offer), gray, existing) == Grant(OWN, found)
        nothing = Offer(kinds=frozenset([Kind.MARKED, Kind.COPY]), max_segment=1999)
        assert nearest(self.WANTED, Request(offer=nothing), SCREEN, existing[::2]) is None

    def test_before_the_pictures_are_known_any_will_do(self) -> None:
        offer = Offer(formats=frozenset([RGB888]))
        assert nearest(self.WANTED, Request(offer=offer), None, self.EXISTING)
